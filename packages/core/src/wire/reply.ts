import { isSafeJson, own } from '../json.ts'
import { readFinishReason, type FinishReason } from './finish-reason.ts'
import {
  createJudge,
  isRefused,
  type CallJudge,
  type RefusedCall,
  type ReplyCall,
} from './judge-call.ts'
import { recoverCalls, type OfferedTool, type Recovered, type RejectedCall } from './leaked-call.ts'
import { trimTokens } from './leaked/prompt-tokens.ts'
import type { ModelPrice } from './price.ts'
import { readParts } from './reply-parts.ts'
import { readStructuredCalls } from './structured-calls.ts'
import { readUsage, type Usage } from './usage.ts'

export type { RefusalReason, RefusedCall, ReplyCall } from './judge-call.ts'
export type { OfferedTool } from './leaked-call.ts'

/** One whole reply in our words. Plain JSON. */
export interface Reply {
  /** What is meant for the user: without calls that leaked into it, and without special tokens. */
  readonly text: string
  /** The calls that may run, in order. */
  readonly toolCalls: readonly ReplyCall[]
  /** The calls that must not run, each to be answered with its message; `position` counts among all calls, from 0. */
  readonly refusedCalls: readonly (RefusedCall & { readonly position: number })[]
  /** The reply ends inside a call: what was begun is neither a call nor text. */
  readonly isCallCut: boolean
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** All repairs of all calls that may run. */
  readonly repairs: readonly (ReplyCall['repairs'][number] & { readonly toolName: string })[]
}

/** All calls of a reply in the order they were made, those that must not run among them. */
export function allCalls(reply: Reply): readonly (ReplyCall | RefusedCall)[] {
  const calls: (ReplyCall | RefusedCall)[] = [...reply.toolCalls]
  for (const { position, ...call } of reply.refusedCalls) calls.splice(position, 0, call)
  return calls
}

/** What the reader needs to know of the request. */
export interface ReadReplyOptions {
  /** What the model was offered. Without tools nothing is a call but what stands in `tool_calls`, and that may not run. */
  readonly tools?: readonly OfferedTool[] | undefined
  /** False leaves inputs as they came: what does not fit is refused. @default true */
  readonly repair?: boolean | undefined
  /** False leaves calls that were written as text in the text. @default true */
  readonly recover?: boolean | undefined
  /** The limit that was sent: a reply that used it up was cut. */
  readonly maxTokens?: number | undefined
  /** The `cf-ai-neurons` response header. */
  readonly chargedNeurons?: string | null
  /** The model's, for `usage.usd` where the service tells no neurons. */
  readonly price?: ModelPrice | undefined
}

/**
 * Reads one whole reply: a REST envelope, the bare result of the binding, a `choices[]` completion, or plain text,
 * detected by shape and never by model name. Calls are recovered from the text where none stand in `tool_calls`, their
 * inputs repaired where that loses nothing, and only those that fit an offered tool may run. Never throws on foreign
 * data: what cannot be read is no text and no call.
 */
export function readReply(body: unknown, options: ReadReplyOptions = {}): Reply {
  const { tools = [], repair = true, recover = true, maxTokens } = options
  const { said, toolCalls: wireCalls, ...parts } = readParts(unwrapEnvelope(body))
  const structured = readStructuredCalls(wireCalls)
  const usage = readUsage(parts.usage, options.chargedNeurons, options.price)
  const judge = createJudge(tools, repair)
  const leaked = recover && structured.length === 0 ? recoverFrom(said, tools, judge) : undefined
  const calls = [
    ...structured.map((call) => judge.judge(call)),
    ...(leaked?.calls ?? []).map((call) => judge.judge(call, call.dialect)),
    ...(leaked?.rejected ?? []).map(toRefused),
  ]
  const finishReason = readFinishReason(parts.finishReason, {
    hasCalls: calls.length > 0,
    outputTokens: usage.outputTokens,
    maxTokens,
  })
  const isUnreadable = calls.some((call) => isRefused(call) && call.why === 'unreadable')
  const toolCalls = calls.flatMap((call) => (isRefused(call) ? [] : [call]))
  return {
    text: leaked?.text ?? (recover && tools.length > 0 ? trimTokens(said) : said),
    toolCalls,
    refusedCalls: calls.flatMap((call, position) =>
      isRefused(call) ? [{ ...call, position }] : [],
    ),
    isCallCut: leaked?.cut !== undefined || (finishReason === 'length' && isUnreadable),
    finishReason,
    usage,
    repairs: toolCalls.flatMap(({ toolName, repairs }) =>
      repairs.map((done) => ({ toolName, ...done })),
    ),
  }
}

/** The calls in a text, if it may hold any. */
function recoverFrom(
  said: string,
  tools: readonly OfferedTool[],
  { accepts }: CallJudge,
): Recovered | undefined {
  const text = isEscaped(said, tools) ? said.replaceAll(/(?<!\\)\\_/g, '_') : said
  return mayHoldCalls(text, tools) ? recoverCalls(text, tools, accepts) : undefined
}

/** Mistral's models write `\\_` for `_`, as Markdown does: seen by the names of tools and parameters, which have no backslash. */
const isEscaped = (text: string, tools: readonly OfferedTool[]): boolean =>
  text.includes('\\_') &&
  tools.some(({ name, parameters }) =>
    [name, ...Object.keys(parameters.properties ?? {})].some(
      (part) => part.includes('_') && text.includes(part.replaceAll('_', '\\_')),
    ),
  )

/**
 * False for nearly every answer, at the cost of a search: a call names its tool, a token of the prompt has its marks, and
 * only a short text can end before the name does.
 */
const mayHoldCalls = (text: string, tools: readonly OfferedTool[]): boolean =>
  tools.some(({ name }) => text.includes(name)) ||
  (tools.length > 0 && (text.length < 200 || /<|\[\/?[A-Z_]{4}/.test(text)))

/** What is told of a call that was written as text and cannot run. */
function toRefused({ toolName, input, why }: RejectedCall): RefusedCall {
  // What would not be taken back in must not enter the history either.
  const isKept = Object(input) === input && isSafeJson(input)
  const call = { toolName, input: isKept ? input : {}, recovered: 'text' }
  switch (why) {
    case 'unknown':
      return { ...call, why: 'unknown-tool', message: `There is no tool named \`${toolName}\`.` }
    case 'input':
      return { ...call, why: 'invalid', message: 'Its input does not fit the tool.' }
    case 'code':
      return {
        ...call,
        why: 'code',
        message: 'Its arguments are code, which is not run: give plain values.',
      }
    case 'depends':
      return {
        ...call,
        why: 'placeholder',
        message:
          'An argument is itself a call: make that call first, and use a value from its result.',
      }
  }
}

/** The `result` of a REST envelope; anything else as it is. */
function unwrapEnvelope(body: unknown): unknown {
  const isEnvelope = own(body, 'success') !== undefined || own(body, 'errors') !== undefined
  return isEnvelope && own(body, 'result') !== undefined ? own(body, 'result') : body
}
