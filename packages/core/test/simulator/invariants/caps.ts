import { profileOf, USD_PER_NEURON } from '@drover/core/wire'
import type { Finding, Invariant } from '../invariant.ts'
import type { Stage } from '../stage.ts'
import { MAX_REPORTS } from '../tool-rules.ts'

/** Attempts of one model call, and one more after the history was trimmed. */
const MAX_ATTEMPTS = 5

/** Times a model is asked again for an output that fits. */
const MAX_REPAIRS = 2

export const capsKept: Invariant = {
  id: 'I9',
  says: 'Requests, calls at a time, tokens, money and time stay within what was allowed.',
  onRequest: (stage, { model }) => {
    const { run, world } = stage
    const { plan } = world
    const most = (plan.maxSteps + 1 + MAX_REPAIRS) * MAX_ATTEMPTS * plan.models.length
    if (run.requests.length >= most) return `request ${run.requests.length + 1} of at most ${most}`
    if (!plan.models.includes(model)) return `the model ${model} is none of the agent's`
    return overspent(stage)
  },
  onEntry: ({ run, world }, { toolName }) => {
    const { maxParallelCalls, maxToolCalls = Infinity } = world.plan
    const { entries } = run
    const under = entries.filter(({ isSettled, signal }) => !isSettled && !signal.aborted)
    if (under.length >= maxParallelCalls)
      return `${under.length + 1} calls ran at a time, allowed are ${maxParallelCalls}`
    if (entries.length >= maxToolCalls) return `more than ${maxToolCalls} calls were made`
    const reports = entries.filter((entry) => entry.toolName === 'report').length
    if (toolName === 'report' && reports >= MAX_REPORTS) return `it reported ${reports + 1} times`
    const other = under.find((entry) => [entry.toolName, toolName].includes('lock_up'))
    return other !== undefined && `\`${toolName}\` ran beside \`${other.toolName}\``
  },
  atEnd: overspent,
}

/** More than the budget: what a request may cost is set aside before it is sent. */
function overspent({ run, world }: Stage): Finding {
  const { budget } = world.plan
  if (budget === undefined) return undefined
  let tokens = 0
  let usd = 0
  for (const { billed, inputTokens, model } of run.requests) {
    const price = profileOf(model).price
    const read = Math.min(billed, inputTokens)
    tokens += billed
    usd += ((price?.input ?? 0) * read + (price?.output ?? 0) * (billed - read)) / 1_000_000
  }
  if (tokens > (budget.tokens ?? Infinity))
    return `${tokens} tokens were used, the budget is ${budget.tokens}`
  const most = Math.min(budget.usd ?? Infinity, (budget.neurons ?? Infinity) * USD_PER_NEURON)
  return usd > most && `${usd} dollars were spent, the budget is ${most}`
}
