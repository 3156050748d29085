import type { JsonValue } from '@drover/core'
import { toSpokenText } from '../generation.ts'
import type { OddReply } from '../odd-reply.ts'
import { countTokens } from '../tokens.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'

/** Texts, thoughts, reasons to end and limits that are not what they should be. */
export type WordsName =
  | 'prose'
  | 'refusal'
  | 'empty'
  | 'empty-object'
  | 'null-response'
  | 'response-number'
  | 'response-object'
  | 'response-array'
  | 'thoughts'
  | 'thinking-spent'
  | 'runaway'
  | 'odd-characters'
  | 'truncate'
  | 'truncate-hidden'
  | 'limit-spent'
  | 'finish-length'
  | 'finish-stop'
  | 'finish-tool-calls'
  | 'finish-content-filter'
  | 'finish-error'
  | 'finish-unknown'

const REFUSALS = [
  'Your function definitions do not fully cover the aspects of this task. Please enhance them.',
  'Your input is not sufficient. Please provide more details about the task you need help with.',
] as const

// A lone surrogate, NUL, a mark that turns the line around, and what clears a terminal.
const ODD = '\uD800\u0000\u202E\u001B[2J'

const THOUGHTS = 'The user wants this done. I should think about it step by step.'

export const wordFaults: Misbehaviours<WordsName> = {
  prose: said('words in place of calls, also where a call is forced', (reply) =>
    hasCalls(reply) ? withText('I will first look up what you have asked me for.') : undefined,
  ),
  refusal: said('refuses because there are tools', (_, { request, random }) =>
    request.tools.length > 0 ? withText(oneOf(random, REFUSALS)) : undefined,
  ),
  empty: said('neither text nor calls', () => withText('')),
  'empty-object': {
    what: 'the whole result is `{}`; of a stream, nothing but its usage',
    reply: (reply) => ({ ...reply, ...withText('') }),
    outcome: (outcome) => (outcome.type === 'result' ? { ...outcome, result: {} } : undefined),
  },
  'null-response': said('the text is `null`, and there are no calls', () => response(null)),
  'response-number': said('the text is a number', () => response(42)),
  'response-object': said('the text is an object', ({ text = '' }) => response({ answer: text })),
  'response-array': said('the text is a list', ({ text = '' }) => response([text, text])),
  thoughts: said('thoughts come with the reply, as the dialect has them', (reply, { dialect }) =>
    dialect === 'chat'
      ? { reasoning: THOUGHTS }
      : { text: `<think>\n${THOUGHTS}\n</think>\n\n${reply.text ?? ''}` },
  ),
  'thinking-spent': said('thinking took all tokens: there is no answer', (_, { dialect }) => ({
    ...withText(''),
    ...(dialect === 'chat' && { reasoning: THOUGHTS, finish: 'length' }),
    spent: true,
  })),
  runaway: said('the text repeats itself until the limit', ({ text = '' }, { maxTokens }) =>
    withText(repeat(text === '' ? 'and so on ' : `${text} `, maxTokens)),
  ),
  'odd-characters': {
    what: 'a lone surrogate, NUL, bidi marks and terminal escapes in texts and arguments',
    reply: (reply) => ({
      ...reply,
      text: `${reply.text ?? ''}${ODD}`,
      toolCalls: (reply.toolCalls ?? []).map((call) => ({ ...call, input: odd(call.input) })),
    }),
  },
  truncate: said('cut in the middle, as if `max_tokens` had been reached', cut),
  'truncate-hidden': said('cut in the middle; the reply says it is whole', (reply) => {
    const cutReply = cut(reply)
    return cutReply && { ...cutReply, finish: hasCalls(reply) ? 'tool_calls' : 'stop' }
  }),
  'limit-spent': said('a whole reply has used exactly `max_tokens`', () => ({ spent: true })),
  'finish-length': said('a whole reply says it was cut', () => ({ finish: 'length' })),
  'finish-stop': said('a reply with calls says it is the answer', (reply) =>
    hasCalls(reply) ? { finish: 'stop' } : undefined,
  ),
  'finish-tool-calls': said('a reply without calls says it has some', (reply) =>
    hasCalls(reply) ? undefined : { finish: 'tool_calls' },
  ),
  'finish-content-filter': said('the reply ends by `content_filter`', () => ({
    finish: 'content_filter',
  })),
  'finish-error': said('the reply ends by `error`', () => ({ finish: 'error' })),
  'finish-unknown': said('the reply ends by a reason nobody knows', () => ({
    finish: 'model_gone_fishing',
  })),
}

/** A misbehaviour that changes some fields of a reply. */
function said(
  what: string,
  change: (reply: OddReply, struck: Struck) => OddReply | undefined,
): Misbehaviour {
  return {
    what,
    reply: (reply, struck) => {
      const changes = change(reply, struck)
      return changes && { ...reply, ...changes }
    },
  }
}

function hasCalls({ toolCalls = [] }: OddReply): boolean {
  return toolCalls.length > 0
}

function withText(text: string): OddReply {
  return { text, toolCalls: [] }
}

function response(value: JsonValue): OddReply {
  return { toolCalls: [], response: value }
}

function cut({ text = '', toolCalls = [] }: OddReply): OddReply | undefined {
  const tokens = countTokens(toSpokenText(text, toolCalls))
  return tokens < 2 ? undefined : { cutAt: Math.floor(tokens / 2) }
}

// No more than the limit's tokens and one round, however large the limit.
function repeat(text: string, tokens: number): string {
  return text.repeat(Math.ceil((Math.min(tokens, 4096) * 4) / text.length) + 1)
}

function odd<Input extends Readonly<Record<string, JsonValue>>>(input: Input): Input {
  const entries = Object.entries(input).map(([key, value]) => {
    return [key, typeof value === 'string' ? value + ODD : value] as const
  })
  return Object.fromEntries(entries) as Input // the same keys, texts still texts
}
