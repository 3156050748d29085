/** Why one reply ended. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error' | 'other'

/**
 * Maps the wire's words. The native dialect has none, so a cut is inferred from the tokens used (protocol 2.4), and
 * calls that are present are calls whatever the reason says: `stop` beside calls was seen on several models.
 */
export function readFinishReason(
  wire: unknown,
  reply: {
    readonly hasCalls: boolean
    readonly outputTokens: number
    readonly maxTokens?: number | undefined
  },
): FinishReason {
  const cut = reply.maxTokens !== undefined && reply.outputTokens >= reply.maxTokens
  const named = typeof wire === 'string' ? (WORDS.get(wire) ?? 'other') : undefined
  // A reply that used up its tokens is cut even where the server relabels it as complete.
  if (
    named === 'length' ||
    (cut && (named === undefined || named === 'stop' || named === 'tool-calls'))
  ) {
    return 'length'
  }
  if (reply.hasCalls && (named === undefined || named === 'stop')) return 'tool-calls'
  return named ?? 'stop'
}

const WORDS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['max_tokens', 'length'],
  ['tool_calls', 'tool-calls'],
  ['tool-calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['content-filter', 'content-filter'],
  ['error', 'error'],
])
