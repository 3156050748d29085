import { guardJson, own, parseJson } from '../json.ts'
import type { JsonValue } from '../message.ts'
import { DroverError } from '../errors.ts'
import { readFinishReason, type FinishReason } from './finish-reason.ts'
import { readUsage, type Usage } from './usage.ts'

/** A call as it was read, before it has an id of ours and before its input is validated. */
export interface ReplyCall {
  readonly toolName: string
  /** An object; `{}` when the model sent nothing or something unreadable. */
  readonly input: JsonValue
  /** Why the input could not be read; such a call is answered, never dispatched. */
  readonly problem?: string
}

/** One whole reply in our words. */
export interface Reply {
  readonly text: string
  readonly toolCalls: readonly ReplyCall[]
  readonly finishReason: FinishReason
  readonly usage: Usage
}

/** What the reader needs to know of the request. */
export interface ReadReplyOptions {
  /** The limit that was sent: a reply that used it up was cut. */
  readonly maxTokens?: number
  /** The `cf-ai-neurons` response header. */
  readonly chargedNeurons?: string | null
}

/**
 * Reads one whole reply, detected by shape and never by model name: a REST envelope, the bare result of the binding,
 * a `choices[]` completion, or plain text. Never throws on foreign data: what cannot be read is no text and no call.
 */
export function readReply(body: unknown, options: ReadReplyOptions = {}): Reply {
  const result = unwrapEnvelope(body)
  const choice = firstOf(own(result, 'choices'))
  const message = own(choice, 'message') ?? choice
  const source = message ?? result
  const text =
    choice === undefined
      ? nativeText(result)
      : contentText(own(message, 'content') ?? own(choice, 'text'))
  const calls = own(source, 'tool_calls') ?? own(result, 'tool_calls')
  const toolCalls = Array.isArray(calls) ? calls.flatMap(readCall) : []
  const usage = readUsage(own(result, 'usage'), options.chargedNeurons)
  const reason = own(choice, 'finish_reason') ?? own(result, 'finish_reason')
  const finishReason = readFinishReason(reason, {
    hasCalls: toolCalls.length > 0,
    outputTokens: usage.outputTokens,
    maxTokens: options.maxTokens,
  })
  return { text, toolCalls, finishReason, usage }
}

/** The `result` of a REST envelope; anything else as it is. */
function unwrapEnvelope(body: unknown): unknown {
  const isEnvelope = own(body, 'success') !== undefined || own(body, 'errors') !== undefined
  return isEnvelope && own(body, 'result') !== undefined ? own(body, 'result') : body
}

const firstOf = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)

/** `response` is text, or a number where the text was one, or an object in JSON mode, or null beside calls. */
function nativeText(result: unknown): string {
  if (typeof result === 'string') return result
  return contentText(own(result, 'response'))
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (typeof content === 'number' || typeof content === 'boolean') return String(content)
  if (typeof content !== 'object' || content === null) return ''
  // OpenAI-shaped parts: the text ones are the text.
  const parts = Array.isArray(content) ? content.map((part) => own(part, 'text')) : []
  if (parts.length > 0 && parts.every((part) => typeof part === 'string')) return parts.join('')
  try {
    return JSON.stringify(guardJson(content))
  } catch {
    return ''
  }
}

/** A flat `{ name, arguments }` or an OpenAI-shaped `{ function: { name, arguments } }`; null and nameless entries occur. */
function readCall(entry: unknown): ReplyCall[] {
  const holder = own(entry, 'function') ?? entry
  const toolName = own(holder, 'name')
  if (typeof toolName !== 'string' || toolName === '') return []
  const args = own(holder, 'arguments') ?? own(holder, 'parameters')
  return [{ toolName, ...readArguments(args) }]
}

/** An object, JSON text of one, or that text encoded once more. */
function readArguments(args: unknown): { input: JsonValue; problem?: string } {
  try {
    let value = args
    for (let round = 0; round < 2 && typeof value === 'string'; round++) {
      value = value.trim() === '' ? null : parseJson(value)
    }
    if (value === undefined || value === null) return { input: {} }
    if (typeof value !== 'object' || Array.isArray(value)) {
      return { input: {}, problem: 'The arguments are no JSON object.' }
    }
    return { input: guardJson(value) }
  } catch (error) {
    const why = DroverError.is(error) ? error.message : 'They are not complete, valid JSON.'
    return { input: {}, problem: `The arguments could not be read. ${why}` }
  }
}
