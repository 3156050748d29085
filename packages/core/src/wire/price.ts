/** What a neuron costs in US dollars. @see https://developers.cloudflare.com/workers-ai/platform/pricing/ */
export const USD_PER_NEURON: number = 0.011 / 1000

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number
  readonly output: number
  /** For input tokens that were read from the prefix cache. @default input */
  readonly cachedInput?: number
}

/** Money, in both of its units. */
export interface Cost {
  readonly neurons: number
  /** Without the 10,000 neurons that an account has free each day. */
  readonly usd: number
}

/** What a cost is made of. */
export interface CostBasis {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of `inputTokens`. */
  readonly cachedTokens?: number
  /** As the service charged them: they decide, whatever the tokens. */
  readonly neurons?: number
}

/** What tokens cost at a price, or as charged; undefined where neither a price nor a charge is known. */
export function costOf(basis: CostBasis, price: ModelPrice | undefined): Cost | undefined {
  const { inputTokens, outputTokens, cachedTokens = 0, neurons } = basis
  if (neurons !== undefined) return { neurons, usd: neurons * USD_PER_NEURON }
  if (price === undefined) return undefined
  const { input, output, cachedInput = input } = price
  const cached = Math.min(cachedTokens, inputTokens)
  const usd =
    ((inputTokens - cached) * input + cached * cachedInput + outputTokens * output) / 1_000_000
  return { neurons: usd / USD_PER_NEURON, usd }
}
