import type { Message } from '../message.ts'

/**
 * Makes ids for tool calls: nine letters and digits, the only form every Workers AI model accepted, and made from the
 * call's place in the history, so that the same run makes the same ids again. Ids that models send are not used: some
 * send none, some the same one twice.
 */
export function createCallIds(messages: readonly Message[]): () => string {
  const taken = new Set<string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) taken.add(call.toolCallId)
  }
  let number = taken.size
  return () => {
    for (;;) {
      const id = `call${(++number).toString(36).padStart(5, '0')}`
      if (!taken.has(id)) return id
    }
  }
}
