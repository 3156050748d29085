import type { Message } from '../message.ts'
import type { WireInputs } from '../wire/inputs.ts'
import { createConversation, type Conversation } from '../wire/request.ts'
import type { Run } from './run.ts'

/** Conversations of one run that are kept: each holds the run's messages once more. */
const MAX_KEPT = 4

/**
 * The run's messages in a form, with instructions. A run that changes neither has one conversation, which only grows; of
 * others the last used are kept.
 */
export function createConversations(
  { extra }: { readonly extra?: Partial<WireInputs> },
  messages: readonly Message[],
): Run['conversationFor'] {
  const kept = new Map<string, Conversation>()
  return (history, instructions) => {
    const key = `${history}:${instructions ?? ''}`
    const conversation =
      kept.get(key) ??
      createConversation({ history, instructions, messages, ...(extra && { extra }) })
    kept.delete(key)
    kept.set(key, conversation)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    return conversation
  }
}
