import { CANARY } from '../fault-answer.ts'
import type { Invariant } from '../invariant.ts'

export const noCrossTalk: Invariant = {
  id: 'I14',
  says: 'What belongs to one run appears in no other.',
  onRequest: ({ run, world }, { text }) => {
    const other = world.runs.find(({ label }) => label !== run.label && text.includes(`${label} `))
    return other !== undefined && `a request holds a text of ${other.label}`
  },
  onEntry: ({ run }, { mark }) => !mark.startsWith(run.label) && `the call ${mark} ran in it`,
  atEnd: ({ run, world }) => {
    if (world.runs.length === 1) return undefined
    const text = JSON.stringify(run.events)
    const other = world.runs.find(({ label }) => label !== run.label && text.includes(`${label} `))
    return other !== undefined && `its events hold a text of ${other.label}`
  },
}

export const noSecrets: Invariant = {
  id: 'I16',
  says: 'No secret of the backend is in an event, an error or a log.',
  atEnd: ({ run, world }) => {
    const { failure, shown, events } = run
    const error = failure?.error
    const said = error instanceof Error ? [error.message, String(error.cause)] : []
    const places = { event: [shown, events], error: said, log: world.logged }
    for (const [place, values] of Object.entries(places)) {
      if (world.faults.hits.has('echoed-secret') || world.faults.hits.has('network-error')) {
        if (JSON.stringify(values).includes(CANARY)) return `the token is in an ${place}`
      }
    }
    return undefined
  },
}
