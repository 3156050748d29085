/** What a request or a run cost. Flat; a field the service did not tell is absent. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Input tokens read from the prefix cache, part of `inputTokens`. */
  readonly cachedTokens?: number
  /** Workers AI's unit of billing, as the service charged it (`cf-ai-neurons`). */
  readonly neurons?: number
  /** Model requests that were answered. */
  readonly requests: number
}
