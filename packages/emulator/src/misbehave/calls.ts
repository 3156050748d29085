import type { OddCall } from '../odd-reply.ts'
import { integerFrom } from '../streaming/seeded-random.ts'
import type { StreamVariant } from '../streaming/stream-variant.ts'
import { eachCall } from './each-call.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'

/** Calls with a wrong name, a wrong id, the wrong number of them. */
export type CallsName =
  | 'unknown-tool'
  | 'channel-as-tool'
  | 'tool-near-miss'
  | 'tool-case'
  | 'tool-prefix'
  | 'tool-spaces'
  | 'prototype-tool'
  | 'same-id'
  | 'repeated-ids'
  | 'no-id'
  | 'no-index'
  | 'reused-index'
  | 'index-gaps'
  | 'interleaved'
  | 'arguments-first'
  | 'null-calls'
  | 'no-calls-key'
  | 'many-calls'
  | 'loop'

const MANY = 500

type Style = 'whole' | 'deltas' | 'interleaved' | 'arguments-first'

const VARIANTS: Readonly<Record<Style, readonly [native: StreamVariant, chat: StreamVariant]>> = {
  whole: ['native-functions', 'chat-whole'],
  deltas: ['native-deltas', 'chat'],
  interleaved: ['native-interleaved', 'chat-interleaved'],
  'arguments-first': ['native-arguments-first', 'chat-arguments-first'],
}

export const callFaults: Misbehaviours<CallsName> = {
  'unknown-tool': named('calls a tool that nobody offered', () => 'search_everything'),
  'channel-as-tool': named('calls a channel of the harmony format: `analysis`', () => 'analysis'),
  'tool-near-miss': named('a letter of the tool’s name is missing', (name, { random }) => {
    const at = integerFrom(random, 0, name.length - 1)
    return name.slice(0, at) + name.slice(at + 1)
  }),
  'tool-case': named('the tool’s name comes in capitals', (name) => name.toUpperCase()),
  'tool-prefix': named('the tool’s name has a prefix: `functions.name`', (name) => {
    return `functions.${name}`
  }),
  'tool-spaces': named('the tool’s name has spaces', (name) => ` ${name.replaceAll('_', ' ')} `),
  'prototype-tool': named('calls `constructor`, `toString` or `__proto__`', (_, { random }) =>
    oneOf(random, ['constructor', 'toString', '__proto__'] as const),
  ),
  'same-id': eachCall('all calls of a reply have one id', (call) => ({ ...call, id: 'call_0' })),
  'repeated-ids': eachCall(
    'ids are the same in each turn: `functions.name:0`',
    (call, _, position) => ({ ...call, id: `functions.${call.toolName}:${position}` }),
  ),
  'no-id': eachCall('calls have no id', (call) => ({ ...call, id: undefined })),
  'no-index': streamedCalls('streamed calls come whole, without `index`', 'whole', (call) => ({
    ...call,
  })),
  'reused-index': streamedCalls('all streamed calls have `index: 0`', 'deltas', (call) => ({
    ...call,
    index: 0,
  })),
  'index-gaps': streamedCalls('streamed calls are numbered 0, 3, 6 …', 'deltas', (call, at) => ({
    ...call,
    index: at * 3,
  })),
  interleaved: streamedCalls('pieces of streamed calls are mixed', 'interleaved', (call) => ({
    ...call,
  })),
  'arguments-first': streamedCalls(
    'streamed arguments come before the name',
    'arguments-first',
    (call) => ({ ...call }),
  ),
  'null-calls': {
    what: '`tool_calls` also holds `null` and a call without a name',
    reply: (said) => ({
      ...said,
      toolCalls: [entry(null), ...(said.toolCalls ?? []), entry({ arguments: {} })],
    }),
  },
  'no-calls-key': {
    what: 'without calls there is no `tool_calls`, where an empty list is usual',
    reply: (said) => (said.toolCalls?.length ? undefined : { ...said, withoutEmptyCalls: true }),
  },
  'many-calls': {
    what: `${MANY} calls in one reply, all like the first`,
    reply: (said) => {
      const [call] = said.toolCalls ?? []
      // More than a reply has tokens for, and models have sent them all the same.
      return call && { ...said, uncut: true, toolCalls: Array.from({ length: MANY }, () => call) }
    },
  },
  loop: {
    what: 'makes the last call of the conversation once more, whatever it gave',
    reply: (said, { request }) => {
      const call = request.messages.findLast(({ toolCalls }) => toolCalls.length > 0)?.toolCalls[0]
      return call && { ...said, text: '', toolCalls: [call] }
    },
  },
}

function named(what: string, rename: (name: string, struck: Struck) => string): Misbehaviour {
  return eachCall(what, (call, struck) => ({ ...call, toolName: rename(call.toolName, struck) }))
}

/** A misbehaviour of calls in a stream, which then has the variant that shows it. */
function streamedCalls(
  what: string,
  style: Style,
  change: (call: OddCall, position: number) => OddCall,
): Misbehaviour {
  const { reply } = eachCall(what, (call, _, position) => change(call, position))
  const [native, chat] = VARIANTS[style]
  return {
    what,
    reply: (said, struck) => (struck.streamed ? reply(said, struck) : undefined),
    streaming: ({ dialect }) => ({ variant: dialect === 'chat' ? chat : native }),
  }
}

function entry(value: OddCall['entry'] & (object | null)): OddCall {
  return { toolName: '', input: {}, entry: value }
}
