import { isDeepStrictEqual } from 'node:util'
import { foldEvents, type RunEvent } from '@drover/core'
import type { Invariant } from '../invariant.ts'

export const replaysEqually: Invariant = {
  id: 'I15',
  says: 'The events, stored and read back, give the same messages, steps, usage and text.',
  atEnd: ({ run: { result } }) => {
    if (result === undefined) return undefined
    const stored: readonly RunEvent[] = JSON.parse(JSON.stringify(result.events))
    const state = foldEvents(stored)
    for (const name of ['messages', 'steps', 'usage', 'text', 'stopReason', 'approvals'] as const) {
      // As JSON: what is stored has no `undefined`.
      const live: unknown = JSON.parse(JSON.stringify(result[name]))
      if (!isDeepStrictEqual(state[name], live)) return `\`${name}\` differs after a replay`
    }
    return undefined
  },
}
