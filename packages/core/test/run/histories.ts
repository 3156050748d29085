import type { JsonValue, Message } from '@drover/core'
import * as fc from 'fast-check'

/** What stands in the way of sending a conversation: every call has one answer, in order, before anything else is said. */
export function faultsOf(messages: readonly Message[]): readonly string[] {
  const faults: string[] = []
  const ids = new Set<string>()
  let open: { readonly toolCallId: string; readonly toolName: string }[] = []
  for (const [index, message] of messages.entries()) {
    if (message.content.length > 131_072) faults.push(`${index}: too long`)
    if (message.role === 'tool') {
      const call = open.shift()
      if (call?.toolCallId !== message.toolCallId) faults.push(`${index}: answers another call`)
      if (call?.toolName !== message.toolName) faults.push(`${index}: names another tool`)
      continue
    }
    if (open.length > 0) faults.push(`${index}: comes before an answer`)
    open = []
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) {
      const isObject = typeof call.input === 'object' && call.input !== null
      if (!isObject || Array.isArray(call.input)) faults.push(`${index}: an input is no object`)
      if (ids.has(call.toolCallId)) faults.push(`${index}: an id is used twice`)
      ids.add(call.toolCallId)
      open.push(call)
    }
  }
  if (open.length > 0) faults.push('the end comes before an answer')
  return faults
}

const text = fc.string({ minLength: 1, maxLength: 20 })
const input = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), {
  maxKeys: 2,
  noNullPrototype: true,
})

/** What happens between two messages of a user. */
const turn = fc.record({
  user: text,
  steps: fc.array(
    fc.record({
      said: fc.string({ maxLength: 30 }),
      calls: fc.array(
        fc.record({
          toolName: fc.constantFrom('look', 'find', 'x\ud800'),
          input,
          output: fc.string({ maxLength: 20 }),
          isError: fc.constantFrom(undefined, true, false),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
  answer: fc.option(text, { nil: undefined }),
})

/** Conversations that can be sent as they are. */
export const validHistory: fc.Arbitrary<readonly Message[]> = fc
  .record({
    system: fc.option(text, { nil: undefined }),
    turns: fc.array(turn, { minLength: 1, maxLength: 3 }),
  })
  .map(({ system, turns }) => {
    let number = 0
    const messages: Message[] = system === undefined ? [] : [{ role: 'system', content: system }]
    for (const { user, steps, answer } of turns) {
      messages.push({ role: 'user', content: user })
      for (const { said, calls } of steps) {
        const made = calls.map((call) => ({ ...call, toolCallId: `call${number++}` }))
        messages.push({
          role: 'assistant',
          content: said,
          toolCalls: made.map(({ toolCallId, toolName, input: given }) => ({
            toolCallId,
            toolName,
            input: given as JsonValue, // what `fc.jsonValue` gives is JSON
          })),
        })
        for (const { toolCallId, toolName, output, isError } of made) {
          const mark = isError === undefined ? {} : { isError }
          messages.push({ role: 'tool', toolCallId, toolName, content: output, ...mark })
        }
      }
      if (answer !== undefined) messages.push({ role: 'assistant', content: answer })
    }
    return messages
  })
