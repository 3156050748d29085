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
 * the text is complete. A cut call stays what it is: the beginning of `{"name":…,"parameters":{…` in the answer's text.
 */
export function generate(reply: SpokenReply, maxTokens: number): Generation {
  const text = reply.text ?? ''
  const toolCalls = reply.toolCalls ?? []
  const spoken = [text, ...toolCalls.map(toSpokenCall)].filter((part) => part !== '').join('\n')
  const outputTokens = countTokens(spoken)
  if (outputTokens > maxTokens) {
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
    cut: false,
  }
}

function toSpokenCall(call: ModelToolCall): string {
  return JSON.stringify({ name: call.toolName, parameters: call.input })
}
