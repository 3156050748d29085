import type { Message } from '../message.ts'

/** The ids of a run's tool calls, in the order they are made. */
export interface CallIds {
  readonly next: () => string
  /** The id that the call after `position` others will get. */
  readonly peek: (position: number) => string
}

/**
 * Makes ids for tool calls: nine letters and digits, the only form every Workers AI model accepted, and made from the
 * call's place in the history, so that the same run makes the same ids again. Ids that models send are not used: some
 * send none, some the same one twice.
 */
export function createCallIds(messages: readonly Message[]): CallIds {
  const taken = new Set<string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) taken.add(call.toolCallId)
  }
  let number = taken.size
  const after = (from: number): number => {
    let found = from + 1
    while (taken.has(toId(found))) found++
    return found
  }
  return {
    next: () => toId((number = after(number))),
    peek: (position) => {
      let found = after(number)
      for (let left = position; left > 0; left--) found = after(found)
      return toId(found)
    },
  }
}

const toId = (number: number): string => `call${number.toString(36).padStart(5, '0')}`
