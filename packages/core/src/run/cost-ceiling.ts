import { defined } from '../defined.ts'
import { USD_PER_NEURON } from '../wire/price.ts'
import type { PreparedModel } from './model-cursor.ts'
import { prepareAgent, stepsOf, type AgentOptions } from './prepare.ts'

/** What one run of an agent can use at most. A field is absent where nothing limits it, or a price is not known. */
export interface CostCeiling {
  /** Model requests that are answered: every step, and the last call without tools. */
  readonly requests: number
  /** Input and output together. */
  readonly tokens?: number
  readonly neurons?: number
  readonly usd?: number
}

/**
 * What one run of an agent can cost at most, said before anything is sent: every step taken, each with the model's window
 * full and the longest reply, of the dearest model; or its `budget` where that is less. Most runs cost far less.
 *
 * Without a `budget`, requests that fail on the way and are sent again come on top where the service bills them.
 * @throws DroverError what `createAgent` throws for these options.
 */
export function costCeiling<Context>(options: AgentOptions<Context>): CostCeiling {
  const { models, closingCall, budget = {} } = prepareAgent(options)
  const requests = stepsOf(options) + (closingCall ? 1 : 0)
  const window = Math.max(...models.map(({ profile }) => profile.contextWindow ?? Infinity))
  const tokens = Math.min(requests * window, budget.tokens ?? Infinity)
  const requestUsd = models.map((model) => fullRequest(model, tokens))
  const usd = Math.min(
    requests * Math.max(...requestUsd),
    (budget.neurons ?? Infinity) * USD_PER_NEURON,
    budget.usd ?? Infinity,
  )
  const known = (value: number): number | undefined => (value < Infinity ? value : undefined)
  return {
    requests,
    ...defined({ tokens: known(tokens), neurons: known(usd / USD_PER_NEURON), usd: known(usd) }),
  }
}

/** What a request that fills the window costs. After a reply that was cut, the next has twice the room. */
function fullRequest({ profile, sampling }: PreparedModel, tokens: number): number {
  const { price, contextWindow = Infinity } = profile
  const window = Math.min(contextWindow, tokens)
  if (price === undefined || window === Infinity) return Infinity
  const output = Math.min(2 * sampling.max_tokens, window)
  return (
    ((window - output) * price.input + output * Math.max(price.input, price.output)) / 1_000_000
  )
}
