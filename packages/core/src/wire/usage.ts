import { defined } from '../defined.ts'
import { own } from '../json.ts'

/** What a request or a run cost. Flat; a field the service did not tell is absent. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Input tokens read from the prefix cache, part of `inputTokens`. */
  readonly cachedTokens?: number
  /** Workers AI's unit of billing, as the service charged it. */
  readonly neurons?: number
  /** Model requests that were answered. */
  readonly requests: number
}

/** The usage of a run before its first request. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0, requests: 0 }

/**
 * Reads a reply's `usage` object. Anything but a finite number of at least 0 counts as not told.
 * @param chargedNeurons the `cf-ai-neurons` header, which is the real charge and wins over `usage.neurons`
 */
export function readUsage(wire: unknown, chargedNeurons?: string | null): Usage {
  const count = (holder: unknown, name: string): number | undefined => {
    const value = own(holder, name)
    // 10^12 tokens is no count anybody saw; such figures are noise, and would poison every sum.
    return typeof value === 'number' && value >= 0 && value < 1e12 ? value : undefined
  }
  const inputTokens = count(wire, 'prompt_tokens') ?? 0
  const outputTokens = count(wire, 'completion_tokens') ?? 0
  return {
    inputTokens,
    outputTokens,
    totalTokens: count(wire, 'total_tokens') ?? inputTokens + outputTokens,
    ...defined({
      cachedTokens: count(own(wire, 'prompt_tokens_details'), 'cached_tokens'),
      neurons:
        count({ charged: Number(chargedNeurons || Number.NaN) }, 'charged') ??
        count(wire, 'neurons'),
    }),
    requests: 1,
  }
}

/** The sum of two usages; a field is there when either side told it. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: Record<string, number> = { ...a }
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + Number(value)
  return { ...noUsage, ...sum }
}
