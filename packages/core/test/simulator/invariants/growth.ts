import type { WireMessage } from '@drover/core'
import type { Invariant } from '../invariant.ts'
import type { SeenRequest } from '../witness.ts'

export const historyGrows: Invariant = {
  id: 'I4',
  says: 'What was sent is sent again unchanged, with more after it, unless the history was trimmed or the model changed.',
  onRequest: ({ run, world }, seen) => {
    const before = run.requests.at(-1)
    if (before === undefined || before.model !== seen.model) return undefined
    // A service that refused the length, or a window that the conversation fills, shortens what is sent.
    const { hits } = world.faults
    // Another view of the conversation may be sent in each step.
    if (world.plan.prepares) return undefined
    if (LENGTHENING.some((kind) => hits.has(kind))) return undefined
    const kept = lasting(before)
    for (const [index, message] of kept.entries()) {
      if (!isEqual(message, seen.messages[index]))
        return `message ${index} was not sent again as it was`
    }
    return undefined
  },
}

/** What fills a window, or says that it is full. */
const LENGTHENING = ['window-exceeded', 'huge-result', 'long-text'] as const

/** What is sent of a request again: not the order that goes with it alone. */
function lasting({ messages }: SeenRequest): readonly WireMessage[] {
  const last = messages.at(-1)
  const isOrder = /system|user/.test(last?.role ?? '') && !last?.content.includes('I am ')
  return isOrder ? messages.slice(0, -1) : messages
}

const isEqual = (a: WireMessage, b: WireMessage | undefined): boolean =>
  a.role === b?.role &&
  a.content === b.content &&
  a.tool_call_id === b.tool_call_id &&
  JSON.stringify(a.tool_calls) === JSON.stringify(b.tool_calls)
