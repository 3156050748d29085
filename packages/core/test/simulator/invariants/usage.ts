import type { RunEvent, Usage } from '@drover/core'
import type { Finding, Invariant } from '../invariant.ts'
import type { SeenRequest } from '../witness.ts'

export const usageAddsUp: Invariant = {
  id: 'I10',
  says: 'The usage of a run is the sum of what the service told for its replies, each counted once.',
  atEnd: ({ run: { events, requests, result } }) => {
    const sent = events.filter(({ type }) => type === 'model-request').length
    if (events.length > 0 && sent < requests.length)
      return `${requests.length} requests were sent, ${sent} are told of`
    return wrongUsage(events, requests) || (result !== undefined && wrongSum(result.usage, events))
  },
}

/** Compares each reply with what the service said it cost. */
function wrongUsage(events: readonly RunEvent[], requests: readonly SeenRequest[]): Finding {
  let place = -1
  for (const event of events) {
    if (event.type === 'model-request') place++
    if (event.type !== 'model-reply') continue
    const told = requests[place]?.reply?.usage
    const { inputTokens, outputTokens } = event.usage
    if (told === undefined || (told.input === inputTokens && told.output === outputTokens)) continue
    return `step ${event.step} counts ${inputTokens} + ${outputTokens} tokens, told were ${told.input} + ${told.output}`
  }
  return undefined
}

function wrongSum(usage: Usage, events: readonly RunEvent[]): Finding {
  let total = 0
  let replies = 0
  for (const event of events) {
    if (event.type !== 'model-reply' && event.type !== 'model-error') continue
    total += event.usage?.totalTokens ?? 0
    replies += event.usage?.requests ?? 0
  }
  if (usage.totalTokens !== total)
    return `the run counts ${usage.totalTokens} tokens, its replies ${total}`
  return usage.requests !== replies && `the run counts ${usage.requests} replies, it had ${replies}`
}
