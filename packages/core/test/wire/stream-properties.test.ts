import { BackendError } from '@drover/core'
import { readReply } from '@drover/core/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStreamReader, type ReplyDelta } from '../../src/wire/stream-reader.ts'
import type { Reply } from '../../src/wire/reply.ts'
import { framing, piecesOf, scene, tools } from './stream-scenes.ts'
import { cut, DONE, seeStream, shownOf, toBytes, type Shown } from './streams.ts'

const numRuns = 10_000
const options = { tools, maxTokens: 200 }
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

/** The same without promises: a reader's work is done where the bytes come. */
function see(chunks: readonly Uint8Array[]): Shown & { readonly reply: Reply } {
  const deltas: ReplyDelta[] = []
  const context = { model: 'a model', now: 0, redact: undefined }
  const reader = createStreamReader({
    ...options,
    context,
    onDelta: (delta) => void deltas.push(delta),
  })
  for (const chunk of chunks) reader.push(chunk)
  const end = reader.end()
  if ('text' in end) throw new Error(`This was no event stream: ${end.text}`)
  return { reply: end.reply, ...shownOf(deltas) }
}

test('faults C1, C2, C3: a stream shows and gives the same wherever its bytes are cut', () => {
  fc.assert(
    fc.property(scene, framing, fc.oneof(sizes, fc.constant([1])), ({ events }, toFrames, cuts) => {
      const bytes = toFrames(events)
      expect(see(cut(bytes, cuts))).toEqual(see([bytes]))
    }),
    { numRuns },
  )
})

test('fault C16: a stream gives what the whole reply gives, and shows its text and its arguments', () => {
  fc.assert(
    fc.property(scene, framing, ({ whole, events }, toFrames) => {
      const { reply, text, inputs } = see([toFrames(events)])
      expect(reply).toEqual(readReply(whole, options))
      expect(text).toBe(reply.text)
      const calls = readReply(whole, { tools: [] }).refusedCalls
      expect(inputs.map(([name, json]) => [name, JSON.parse(json)])).toEqual(
        calls.map(({ toolName, input }) => [toolName, input]),
      )
    }),
    { numRuns },
  )
})

test('fault A11: the pieces of up to five calls give the same calls however they are interleaved', () => {
  const call = fc.record({
    name: fc.constantFrom('get_weather', 'now', 'find'),
    args: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
    size: fc.integer({ min: 2, max: 20 }),
    // Which of its pieces brings the name.
    named: fc.nat(20),
    hasId: fc.boolean(),
  })
  const turns = fc.array(fc.nat(4), { maxLength: 60 })
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 5 }), turns, (calls, order) => {
      const queues = calls.map(({ name, args, size, named, hasId }, index) => {
        const pieces = piecesOf(JSON.stringify(args), size)
        return pieces.map((piece, n) => ({
          index,
          ...(hasId && { id: `id-${index}` }),
          function: {
            arguments: piece,
            name: n === Math.min(named, pieces.length - 1) ? name : null,
          },
        }))
      })
      const interleaved = [
        ...order.map((turn) => queues[turn % queues.length]?.shift()),
        ...queues.flat(),
      ]
      const entries = interleaved.filter((entry) => entry !== undefined)
      const events = entries.map((entry) => ({ tool_calls: [entry] }))
      const { reply, inputs } = see([toBytes([...events, DONE])])
      const whole = calls.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }))
      expect(reply).toEqual(readReply({ tool_calls: whole }, options))
      expect(inputs).toEqual(whole.map((one) => [one.name, one.arguments]))
    }),
    { numRuns },
  )
})

test('fault C6: a stream that is cut before its end is never a reply', () => {
  fc.assert(
    fc.property(scene, framing, fc.nat(), ({ events }, toFrames, at) => {
      // Up to the first event that may be the end, and into it.
      const isEnd = (event: object | string): boolean =>
        typeof event === 'string' || 'finish_reason' in event
      const last = events.findIndex(isEnd)
      const before = toFrames(events.slice(0, last))
      const through = toFrames(events.slice(0, last + 1))
      const whole = new TextDecoder().decode(through).trimEnd().length
      const shortest = new TextEncoder().encode(
        new TextDecoder().decode(through).slice(0, whole),
      ).length
      const length = Math.min(before.length + (at % 40), shortest - 1)
      for (const chunks of [[through.slice(0, length)], [through.slice(0, at % (length + 1))]]) {
        expect(() => see(chunks)).toThrow(/ended before its reply was whole|no event stream/)
      }
    }),
    { numRuns },
  )
})

test('a damaged stream gives a reply or a typed error', async () => {
  const outcomes = new Set<unknown>()
  const damage = fc.record({
    kind: fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'cut'),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 60 }),
    byte: fc.integer({ min: 0, max: 255 }),
  })
  await fc.assert(
    fc.asyncProperty(
      scene,
      framing,
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      sizes,
      async ({ events }, toFrames, damages, cuts) => {
        let bytes = [...toFrames(events)]
        for (const { kind, at, length, byte } of damages) {
          const start = at % (bytes.length + 1)
          if (kind === 'flip') bytes[start] = (bytes[start] ?? 0) ^ (byte || 1)
          if (kind === 'drop') bytes.splice(start, length)
          if (kind === 'repeat') bytes.splice(start, 0, ...bytes.slice(start, start + length))
          if (kind === 'insert') bytes.splice(start, 0, byte)
          if (kind === 'cut') bytes = bytes.slice(0, start)
        }
        const outcome: unknown = await seeStream(cut(Uint8Array.from(bytes), cuts), options).then(
          ({ text, reply }) =>
            text === reply.text ? 'a reply' : 'a reply that shows another text',
          (error: unknown) => (error instanceof BackendError ? 'a typed error' : error),
        )
        outcomes.add(outcome)
        expect(['a reply', 'a typed error']).toContain(outcome)
      },
    ),
    { numRuns },
  )
  expect(outcomes.size).toBe(2)
})
