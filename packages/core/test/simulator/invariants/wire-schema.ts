import { seedInputSchema } from '@drover/emulator'
import { Ajv } from 'ajv'
import type { Invariant } from '../invariant.ts'

// The schema names a format, `binary`, that says nothing of text.
const isAccepted = new Ajv({ strict: false, validateFormats: false }).compile(seedInputSchema)

/** Half a surrogate pair, as `JSON.stringify` writes it. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/i

export const requestsValid: Invariant = {
  id: 'I3',
  says: 'Each request fits the published input schema, is well-formed Unicode, and is the same as text and as an object.',
  onRequest: (_, { text, body }, request) => {
    if (LONE_SURROGATE.test(text)) return 'a request holds half a surrogate pair'
    if (!isAccepted(body)) return `the schema refuses a request: ${isAccepted.errors?.[0]?.message}`
    return (
      request.body() !== JSON.stringify(request.inputs) && 'a request differs as text and as object'
    )
  },
}
