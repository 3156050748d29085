import type { Message, StreamEvent, ToolCall } from '@drover/core'
import { readUIMessages, toUIMessageStreamResponse } from '@drover/core/response'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageStatesOf } from './chat-page.ts'
import { isKept, messagesOf, runEvents, streamOf } from './run-events.ts'

const word = fc.string({ unit: 'binary', maxLength: 8 })

const call = fc.record({
  toolName: fc.constantFrom('get_weather', 'unknown_tool'),
  input: fc
    .dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }))
    // As it travels; what the reader of replies refuses never gets into an event.
    .map((input) => JSON.parse(JSON.stringify(input).replaceAll('__proto__', 'proto'))),
  output: fc.oneof(word, fc.json(), fc.constantFrom('{"a":1}', '[]', '1.0', 'null', '{', '')),
  isError: fc.boolean(),
})

const step = fc.record({
  lost: fc.array(word, { maxLength: 3 }),
  texts: fc.array(word, { maxLength: 4 }),
  calls: fc.array(call, { maxLength: 3 }),
  // How many of the calls' inputs are seen while they arrive.
  seenCalls: fc.nat(3),
})

type TestStep = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** The run as its events tell it: in each step a reply that broke off, and one that came whole. */
function tell(steps: readonly TestStep[]): StreamEvent[] {
  const run = runEvents()
  let count = 0
  run.start()
  for (const [index, { lost, texts, calls, seenCalls }] of steps.entries()) {
    const at = index + 1
    const planned = calls.map((call) => ({
      ...call,
      toolCallId: `call${String(++count).padStart(5, '0')}`,
    }))
    run.request(at)
    run.text(at, ...lost)
    run.add({ type: 'reply-reset', step: at })
    run.request(at, 2)
    run.text(at, ...texts)
    for (const { toolCallId, toolName, input } of planned.slice(0, seenCalls)) {
      for (const text of JSON.stringify(input).match(/.{1,5}/gsu) ?? []) {
        run.add({ type: 'tool-input-delta', step: at, toolCallId, toolName, text })
      }
    }
    const toolCalls: ToolCall[] = planned.map(({ toolCallId, toolName, input }) => ({
      toolCallId,
      toolName,
      input,
    }))
    run.reply(at, { text: texts.join(''), toolCalls })
    for (const { toolCallId, toolName, output, isError } of planned) {
      run.result(at, { toolCallId, toolName, output, isError })
    }
    run.stepEnd(at)
  }
  run.end()
  return run.list
}

const lastState = async (events: readonly StreamEvent[]): Promise<unknown> =>
  (await messageStatesOf(toUIMessageStreamResponse(streamOf(events)))).at(-1)

describe('whatever a run says', () => {
  test('the page shows it in the end, however it arrived, and gives it back unchanged', async () => {
    const runs = fc.array(step, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(runs, async (steps) => {
        const events = tell(steps)
        const message = await lastState(events)
        expect(message).toEqual(await lastState(events.filter(isKept)))
        const user = { role: 'user', parts: [{ type: 'text', text: 'Is it warm?' }] }
        // As it travels: what JSON leaves out, the server never sees.
        const posted: unknown = JSON.parse(JSON.stringify([user, message]))
        const isSaid = (said: Message): boolean =>
          said.role !== 'assistant' || said.content !== '' || said.toolCalls !== undefined
        expect(readUIMessages(posted)).toEqual(messagesOf(events).filter(isSaid))
      }),
      { numRuns: 300 },
    )
  })
})
