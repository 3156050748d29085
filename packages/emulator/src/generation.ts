import type { ModelToolCall, SpokenReply } from './model-source.ts'
import { countTokens, cutToTokens } from './tokens.ts'

/** What came out of the model after `max_tokens`. */
export interface Generation {
  /** `null` when the model only made calls. */
  readonly text: string | null
  readonly toolCalls: readonly ModelToolCall[]
  readonly outputTokens: number
  /** True when `max_tokens` ended it. */
  readonly cut: boolean
}

/**
 * Applies `max_tokens` as the service does: a model writes its calls as text, and they become `tool_calls` only when
 * the text is complete. What a source measured has been cut already. A cut call stays what it is: the beginning of `{"name":…,"parameters":{…` in the answer's text.
 */
export function generate(reply: SpokenReply, maxTokens: number): Generation {
  const text = reply.text ?? ''
  const toolCalls = reply.toolCalls ?? []
  const spoken = toSpokenText(text, toolCalls)
  const { measured } = reply
  const outputTokens = measured?.outputTokens ?? countTokens(spoken)
  if (measured === undefined && outputTokens > maxTokens) {
    return {
      text: cutToTokens(spoken, maxTokens),
      toolCalls: [],
      outputTokens: Math.max(0, maxTokens),
      cut: true,
    }
  }
  return {
    text: text === '' && toolCalls.length > 0 ? null : text,
    toolCalls,
    outputTokens,
    cut: measured?.cut ?? false,
  }
}

/** What the model really writes: its text, then each call as JSON on a line of its own. */
export function toSpokenText(text: string, toolCalls: readonly ModelToolCall[]): string {
  const calls = toolCalls.map(({ toolName, input }) =>
    JSON.stringify({ name: toolName, parameters: input }),
  )
  return [text, ...calls].filter((part) => part !== '').join('\n')
}
