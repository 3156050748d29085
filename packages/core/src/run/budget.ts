import { DroverError } from '../errors.ts'
import { checkOption, expected, integers } from '../option.ts'
import { USD_PER_NEURON, type ModelPrice } from '../wire/price.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { Usage } from '../wire/usage.ts'

/** What a run may use at most; where several are given, each holds. A budget of 0 sends nothing. */
export interface Budget {
  /** Input and output tokens together. */
  readonly tokens?: number
  /** Workers AI's unit of billing. An account has 10,000 free each day. */
  readonly neurons?: number
  /** US dollars. */
  readonly usd?: number
}

/** The least room for a reply that a budget sends a request for: with less, most calls and answers would be cut off. */
const MIN_REPLY_TOKENS = 256

/**
 * Checks a budget against the models that may answer.
 * @throws DroverError `config.invalid` for a limit that is none, and for one in money where a model's price is not known.
 */
export function checkBudget(
  budget: Budget | undefined,
  models: readonly { readonly model: string; readonly profile: ModelProfile }[],
): void {
  if (budget === undefined) return
  if (typeof budget !== 'object' || budget === null) {
    throw expected('config.invalid', '`budget`', 'an object such as `{ usd: 0.05 }`', budget)
  }
  // A limit under a name that is not looked at would be no limit.
  for (const name of Object.keys(budget)) {
    checkOption(`a limit of \`budget\``, name, ['tokens', 'neurons', 'usd'])
  }
  checkOption('budget.tokens', budget.tokens, integers(0))
  checkOption('budget.neurons', budget.neurons, { min: 0, max: Number.MAX_SAFE_INTEGER })
  checkOption('budget.usd', budget.usd, { min: 0, max: Number.MAX_SAFE_INTEGER })
  if (budget.neurons === undefined && budget.usd === undefined) return
  const unpriced = models.find(({ profile }) => profile.price === undefined)
  if (unpriced === undefined) return
  throw new DroverError(
    'config.invalid',
    `Expected \`budget\` in \`tokens\`, since the price of \`${unpriced.model}\` is not known. Or give it: ` +
      '`profile: { price: { input, output } }`, in US dollars for a million tokens.',
  )
}

/** A request that is about to be sent. */
export interface PlannedRequest {
  /** As estimated, rather too many. */
  readonly inputTokens: number
  readonly maxTokens: number
  readonly price: ModelPrice | undefined
  /** Whether another request must still fit after it, so that the run ends with an answer. */
  readonly keepsAnswer: boolean
}

/**
 * How many `max_tokens` a request may have so that the run stays within its budget, whatever the reply: what was spent, its
 * input and the whole of its reply together. At most what is planned; undefined where too little is left for a
 * reply of 256 tokens, or of as many as are planned.
 */
export function affordableTokens(
  budget: Budget,
  spent: Usage,
  request: PlannedRequest,
): number | undefined {
  const least = Math.min(request.maxTokens, MIN_REPLY_TOKENS)
  let most = request.maxTokens
  for (const { left, input, output } of accounts(budget, spent, request.price)) {
    // The answer after this request would read all that this one reads and gives, and be at least `least` long.
    const [reading, writing, kept] = request.keepsAnswer
      ? [2 * input, input + output, output * least]
      : [input, output, 0]
    const free = left - reading * request.inputTokens - kept
    if (free < 0) return undefined
    if (writing > 0) most = Math.min(most, Math.floor(free / writing))
  }
  return most < least ? undefined : most
}

/** What is left of each limit, and what a token takes of it. */
interface Account {
  readonly left: number
  readonly input: number
  readonly output: number
}

function accounts(budget: Budget, spent: Usage, price: ModelPrice | undefined): Account[] {
  const { tokens, usd = Infinity, neurons = Infinity } = budget
  const found: Account[] = []
  if (tokens !== undefined) {
    const left = tokens - spent.totalTokens - (spent.estimatedTokens ?? 0)
    found.push({ left, input: 1, output: 1 })
  }
  const most = Math.min(usd, neurons * USD_PER_NEURON)
  if (most < Infinity && price !== undefined) {
    const left = most - (spent.usd ?? 0)
    // Nothing is taken off for cached input: whether the cache holds it is not known before.
    found.push({ left, input: price.input / 1_000_000, output: price.output / 1_000_000 })
  }
  return found
}
