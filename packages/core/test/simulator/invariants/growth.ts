import type { WireMessage } from '@drover/core'
import type { Invariant } from '../invariant.ts'
import type { SeenRequest } from '../witness.ts'

export const historyGrows: Invariant = {
  id: 'I4',
  says: 'What was sent is sent again unchanged, with more after it, unless the history was trimmed or the model changed.',
  onRequest: ({ run }, seen) => {
    const before = run.requests.at(-1)
    if (before === undefined || before.model !== seen.model) return undefined
    // A service that refused the length, or a window that the conversation fills, shortens what is sent.
    if (run.requests.some(({ fault, text }) => fault === 'window-exceeded' || text.length > 15_000))
      return undefined
    const kept = lasting(before)
    for (const [index, message] of kept.entries()) {
      if (!isEqual(message, seen.messages[index]))
        return `message ${index} was not sent again as it was`
    }
    return undefined
  },
}

/** What is sent of a request again: not the order that goes with the last one. */
function lasting({ messages }: SeenRequest): readonly WireMessage[] {
  const isOrder = messages.length > 1 && messages.at(-1)?.role === 'system'
  return isOrder ? messages.slice(0, -1) : messages
}

const isEqual = (a: WireMessage, b: WireMessage | undefined): boolean =>
  a.role === b?.role &&
  a.content === b.content &&
  a.tool_call_id === b.tool_call_id &&
  JSON.stringify(a.tool_calls) === JSON.stringify(b.tool_calls)
