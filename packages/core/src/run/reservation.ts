import type { DroverErrorCode } from '../errors.ts'
import { estimateTokens } from '../wire/estimate-tokens.ts'
import { estimateUntold, noUsage, type Usage } from '../wire/usage.ts'
import { affordableTokens, type Budget } from './budget.ts'
import type { AskedModel } from './model-cursor.ts'
import type { RunState } from './state.ts'

/** Thrown in place of a request that the budget has no room for. */
export class OutOfBudget extends Error {}

/** What a run with a budget sets aside for the requests of one model call. */
export interface Reservation {
  /** How many of these `max_tokens` the next request may have. @throws OutOfBudget where there is too little for any reply. */
  readonly afford: (maxTokens: number) => number
  /** The request was answered with this usage; gives it with what the service did not tell. */
  readonly settle: (told: Usage) => Usage
  /** The request failed; gives what it may have cost, undefined for nothing. */
  readonly lose: (code: DroverErrorCode, told: Usage | undefined) => Usage | undefined
}

/** Failures after which nobody knows whether the model had begun, so that the request may be billed. */
const MAY_BE_BILLED: ReadonlySet<DroverErrorCode> = new Set<DroverErrorCode>([
  'http.network',
  'http.protocol',
  'http.server',
  'http.timeout',
  'security.limit',
  'stream.ambiguous',
  'stream.cut',
  'stream.malformed',
])

export function createReservation(
  budget: Budget,
  asked: AskedModel,
  state: RunState,
  keepsAnswer: boolean,
  reminder = '',
): Reservation {
  const { price } = asked.profile
  let inputTokens = 0
  let reserved = 0
  const settle = (told: Usage): Usage => estimateUntold(told, inputTokens, reserved, price)
  return {
    afford: (maxTokens) => {
      inputTokens = asked.input.of(asked.window.sent()) + estimateTokens(reminder)
      const most = affordableTokens(budget, state.usage, {
        inputTokens,
        maxTokens,
        price,
        keepsAnswer,
      })
      if (most === undefined) throw new OutOfBudget()
      return (reserved = most)
    },
    settle: (told) => {
      asked.input.learn(told.inputTokens, asked.window.sent().length)
      return settle(told)
    },
    lose: (code, told) =>
      told === undefined && !MAY_BE_BILLED.has(code) ? undefined : settle(told ?? noUsage),
  }
}
