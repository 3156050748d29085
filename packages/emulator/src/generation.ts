import type { OddCall, Oddities, OddReply } from './odd-reply.ts'
import { countTokens, cutToTokens } from './tokens.ts'

/** What came out of the model after `max_tokens`. */
export interface Generation extends Oddities {
  /** `null` when the model only made calls. */
  readonly text: string | null
  readonly toolCalls: readonly OddCall[]
  readonly outputTokens: number
  /** True when `max_tokens` ended it. */
  readonly cut: boolean
}

/**
 * Applies `max_tokens` as the service does: a model writes its calls as text, and they become `tool_calls` only when
 * the text is complete. What a source measured has been cut already. A cut call stays what it is: the beginning of
 * `{"name":…,"parameters":{…` in the answer's text.
 */
export function generate(reply: OddReply, maxTokens: number): Generation {
  const {
    text = '',
    toolCalls = [],
    cutAt = Number.POSITIVE_INFINITY,
    uncut,
    spent,
    measured,
    streaming: _,
    ...oddities
  } = reply
  const spoken = toSpokenText(text, toolCalls)
  const allowed = uncut || measured !== undefined ? Number.POSITIVE_INFINITY : maxTokens
  const spokenTokens = countTokens(spoken)
  const limit = Math.min(cutAt, allowed)
  if (spokenTokens > limit) {
    return {
      ...oddities,
      text: cutToTokens(spoken, limit),
      toolCalls: [],
      outputTokens: Math.max(0, maxTokens),
      cut: true,
    }
  }
  return {
    ...oddities,
    text: text === '' && toolCalls.length > 0 ? null : text,
    toolCalls,
    outputTokens: spent ? Math.max(0, maxTokens) : (measured?.outputTokens ?? spokenTokens),
    cut: measured?.cut ?? false,
  }
}

/** What the model really writes: its text, then each call as JSON on a line of its own. */
export function toSpokenText(text: string, toolCalls: readonly OddCall[]): string {
  const calls = toolCalls.map((call) =>
    JSON.stringify(
      call.entry === undefined
        ? { name: call.toolName, parameters: 'arguments' in call ? call.arguments : call.input }
        : call.entry,
    ),
  )
  return [text, ...calls].filter((part) => part !== '').join('\n')
}
