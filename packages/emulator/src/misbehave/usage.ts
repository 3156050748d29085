import type { JsonValue } from '@drover/core'
import type { Misbehaviour, Misbehaviours } from './misbehaviour.ts'

/** A usage that is not there, or cannot be true. */
export type UsageName =
  | 'no-usage'
  | 'usage-negative'
  | 'usage-nan'
  | 'usage-text'
  | 'usage-huge'
  | 'usage-everywhere'

export const usageFaults: Misbehaviours<UsageName> = {
  'no-usage': usage('there is no usage', undefined),
  'usage-negative': usage('the usage is negative', tokens(-5)),
  'usage-nan': usage('the usage is `"NaN"`', tokens('NaN')),
  'usage-text': usage('the usage is a sentence', 'about a hundred tokens'),
  'usage-huge': usage('the usage is 10^12', tokens(1e12)),
  'usage-everywhere': {
    what: 'each frame of a stream has the usage so far',
    streaming: ({ dialect }) => ({
      variant: dialect === 'chat' ? 'chat-usage-everywhere' : 'native-usage-everywhere',
    }),
  },
}

function usage(what: string, value: JsonValue | undefined): Misbehaviour {
  return { what, reply: (said) => ({ ...said, usage: value }) }
}

function tokens(count: JsonValue): JsonValue {
  return { prompt_tokens: count, completion_tokens: count, total_tokens: count }
}
