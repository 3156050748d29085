/** What the service says of a model's window when a request exceeds it. */
export interface ContextLimit {
  /** Tokens the window holds, input and `max_tokens` together. */
  readonly window: number
  /** Input tokens the service counted, at least. Absent where it does not say. */
  readonly inputTokens?: number
}

/**
 * Reads the figures out of an error's text; undefined where there are none. Both texts of protocol 1.3 and 1.4: of the
 * service itself, which counts input and `max_tokens` together, and of vLLM, which tells them apart.
 */
export function readContextLimit(text: string, maxTokens: number): ContextLimit | undefined {
  const together = /\((\d{1,9})\) exceeded .{0,40}?context window limit \((\d{1,9})\)/.exec(text)
  if (together !== null) {
    const inputTokens = Number(together[1]) - maxTokens
    return { window: Number(together[2]), ...(inputTokens > 0 && { inputTokens }) }
  }
  const window = /maximum context length is (\d{1,9}) tokens/.exec(text)
  const input = /(\d{1,9}) input tokens/.exec(text)
  if (window === null) return undefined
  return { window: Number(window[1]), ...(input !== null && { inputTokens: Number(input[1]) }) }
}
