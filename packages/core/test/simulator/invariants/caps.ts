import { profileOf, USD_PER_NEURON } from '@drover/core/wire'
import type { Finding, Invariant } from '../invariant.ts'
import type { Stage } from '../stage.ts'

/** Attempts of one model call, and one more after the history was trimmed. */
const MAX_ATTEMPTS = 5

export const capsKept: Invariant = {
  id: 'I9',
  says: 'Requests, calls at a time, tokens, money and time stay within what was allowed.',
  onRequest: (stage, { model }) => {
    const { run, world } = stage
    const { plan } = world
    const most = (plan.maxSteps + 1) * MAX_ATTEMPTS * plan.models.length
    if (run.requests.length >= most) return `request ${run.requests.length + 1} of at most ${most}`
    if (!plan.models.includes(model)) return `the model ${model} is none of the agent's`
    return overspent(stage)
  },
  onEntry: ({ run, world }) => {
    const under = run.entries.filter(({ isSettled, signal }) => !isSettled && !signal.aborted)
    const most = world.plan.maxParallelCalls
    return under.length >= most && `${under.length + 1} calls ran at a time, allowed are ${most}`
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
