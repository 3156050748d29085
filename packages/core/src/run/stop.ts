import { checkOption, expected, integers } from '../option.ts'
import { USD_PER_NEURON } from '../wire/price.ts'
import type { Usage } from '../wire/usage.ts'
import type { Step } from './state.ts'

/**
 * Why a run ended.
 * - `answer`: the model answered in text, without asking for a tool.
 * - `max-steps`: the allowed number of steps was reached.
 * - `tool-failures`: every tool call of several steps in a row failed.
 * - `tool-called`: a tool that ends the run was called.
 * - `budget`: the allowed tokens, neurons or dollars were used, or the next request could use more than are left.
 * - `max-calls`: the allowed tool calls were made.
 * - `loop`: the same calls gave the same results again and again.
 * - `time`: the allowed time passed.
 * - `stop-condition`: a condition of the caller's own was met.
 * - `suspended`: calls wait for a person's decision; the run goes on from its events once there is one.
 * - `aborted`: the caller's signal aborted it.
 * - `error`: it failed; the error says why.
 */
export type StopReason =
  | 'answer'
  | 'max-steps'
  | 'tool-failures'
  | 'tool-called'
  | 'budget'
  | 'max-calls'
  | 'loop'
  | 'time'
  | 'stop-condition'
  | 'suspended'
  | 'aborted'
  | 'error'

/** What a stop condition sees after each step that called tools. */
export interface RunProgress {
  /** Finished steps, in order. */
  readonly steps: readonly Step[]
  readonly usage: Usage
  /** Milliseconds since the run began. */
  readonly elapsedMs: number
}

/** Asked after each step that called tools; `true` or a reason ends the run with one last call without tools. */
export type StopCondition = (progress: RunProgress) => boolean | StopReason

/** Steps of a run that sets no condition. */
export const DEFAULT_MAX_STEPS = 10

/**
 * Ends the run after `count` steps (model calls with their tool calls). The closing call that writes the answer is not
 * counted.
 */
export function maxSteps(count: number): StopCondition {
  checkOption('maxSteps', count, integers(1))
  return ({ steps }) => steps.length >= count && 'max-steps'
}

/** Steps in a row whose calls may all fail, in a run that sets no other number. */
export const DEFAULT_MAX_FAILED_STEPS = 4

/** Ends the run after this many steps in a row in which every tool call failed: the model does not get out of it alone. */
export function failedSteps(count: number): StopCondition {
  checkOption('failedSteps', count, integers(1))
  return ({ steps }) =>
    steps.length >= count &&
    steps.slice(-count).every((step) => step.toolResults.every(({ isError }) => isError)) &&
    'tool-failures'
}

/** Ends the run once a tool of this name was called. */
export function toolCalled(toolName: string): StopCondition {
  if (typeof toolName !== 'string' || toolName === '') {
    throw expected('config.invalid', 'the argument of `toolCalled`', 'the name of a tool', toolName)
  }
  return ({ steps }) =>
    steps.some((step) => step.toolCalls.some((call) => call.toolName === toolName)) && 'tool-called'
}

/** Ends the run once it used this many tokens, input and output together. */
export function tokensUsed(count: number): StopCondition {
  checkOption('tokensUsed', count, { min: 1, max: Number.MAX_SAFE_INTEGER })
  return ({ usage }) => usage.totalTokens >= count && 'budget'
}

/**
 * Ends the run once it cost this many neurons, as charged, or by the tokens at the model's price where the service tells
 * none. Never met where neither is known: `budget` refuses that.
 */
export function neuronsUsed(count: number): StopCondition {
  checkOption('neuronsUsed', count, { min: 0, max: Number.MAX_SAFE_INTEGER })
  return ({ usage: { neurons, usd } }) =>
    Math.max(neurons ?? -1, (usd ?? -1) / USD_PER_NEURON) >= count && 'budget'
}

/** Ends the run once it cost this many US dollars. Otherwise as `neuronsUsed`. */
export function moneySpent(usd: number): StopCondition {
  checkOption('moneySpent', usd, { min: 0, max: Number.MAX_SAFE_INTEGER })
  return ({ usage }) => usage.usd !== undefined && usage.usd >= usd && 'budget'
}

/** Ends the run once this many milliseconds passed. It is looked at between steps; a running step is not cut. */
export function timeElapsed(ms: number): StopCondition {
  checkOption('timeElapsed', ms, { min: 1, max: 2_147_483_647 })
  return ({ elapsedMs }) => elapsedMs >= ms && 'time'
}

/** Met when every condition is; the reason is the first one's. */
export function and(...conditions: readonly StopCondition[]): StopCondition {
  return (progress) => {
    const verdicts = conditions.map((condition) => condition(progress))
    return verdicts.length > 0 && verdicts.every(Boolean) && (verdicts[0] ?? false)
  }
}

/** Met when any condition is; the reason is the first one's that is. */
export function or(...conditions: readonly StopCondition[]): StopCondition {
  return (progress) => {
    for (const condition of conditions) {
      const verdict = condition(progress)
      if (verdict) return verdict
    }
    return false
  }
}

/** Met when the condition is not. */
export function not(condition: StopCondition): StopCondition {
  return (progress) => !condition(progress)
}
