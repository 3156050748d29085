import { defined } from '../defined.ts'
import { own } from '../json.ts'
import { costOf, type ModelPrice } from './price.ts'

/** What a request or a run cost. Flat; a field that nobody told is absent. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Input tokens read from the prefix cache, part of `inputTokens`. */
  readonly cachedTokens?: number
  /**
   * Tokens of requests that the service told no tokens of, counted as the most they can have been: input as estimated and
   * all of `max_tokens`. Not part of `totalTokens`; only in a run with a `budget`.
   */
  readonly estimatedTokens?: number
  /** Workers AI's unit of billing, as the service charged it: never computed. A reply that told none adds none. */
  readonly neurons?: number
  /**
   * US dollars: charged neurons at $0.011 per 1,000, and where none were told, the tokens at the model's price. The free
   * neurons of the day are not taken off. Absent where neither is known.
   */
  readonly usd?: number
  /** Model requests that were answered. */
  readonly requests: number
}

/** The usage of a run before its first request. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0, requests: 0 }

/**
 * Reads a reply's `usage` object. Anything but a finite number of at least 0 counts as not told.
 * @param chargedNeurons the `cf-ai-neurons` header, which is the real charge and wins over `usage.neurons`
 * @param price of the model; without it only charged neurons give `usd`
 */
export function readUsage(
  wire: unknown,
  chargedNeurons?: string | null,
  price?: ModelPrice,
): Usage {
  const count = (holder: unknown, name: string): number | undefined => {
    const value = own(holder, name)
    // 10^12 tokens is no count anybody saw; such figures are noise, and would poison every sum.
    return typeof value === 'number' && value >= 0 && value < 1e12 ? value : undefined
  }
  const inputTokens = count(wire, 'prompt_tokens') ?? 0
  const outputTokens = count(wire, 'completion_tokens') ?? 0
  const totalTokens = count(wire, 'total_tokens') ?? inputTokens + outputTokens
  const extra = defined({
    cachedTokens: count(own(wire, 'prompt_tokens_details'), 'cached_tokens'),
    neurons:
      count({ charged: Number(chargedNeurons || Number.NaN) }, 'charged') ?? count(wire, 'neurons'),
  })
  // No tokens at all is no free reply, but one whose usage was not told.
  const cost = costOf(
    { inputTokens, outputTokens, ...extra },
    inputTokens + outputTokens > 0 ? price : undefined,
  )
  return {
    inputTokens,
    outputTokens,
    totalTokens,
    ...extra,
    ...(cost !== undefined && { usd: cost.usd }),
    requests: 1,
  }
}

/**
 * The usage, with an estimate where the service told no tokens.
 * @param usage what was told; `noUsage` for a request that got no answer and may be billed all the same
 */
export function estimateUntold(
  usage: Usage,
  inputTokens: number,
  outputTokens: number,
  price: ModelPrice | undefined,
): Usage {
  if (usage.totalTokens > 0) return usage
  const usd = usage.usd ?? costOf({ inputTokens, outputTokens }, price)?.usd
  return {
    ...usage,
    estimatedTokens: inputTokens + outputTokens,
    ...(usd !== undefined && { usd }),
  }
}

/** The sum of two usages; a field is there when either side told it. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: Record<string, number> = { ...a }
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + Number(value)
  return { ...noUsage, ...sum }
}
