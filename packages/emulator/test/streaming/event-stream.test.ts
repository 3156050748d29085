import { DroverError } from '@drover/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventStreamOptions, SpokenReply } from '../../src/index.ts'
import { script, startEmulator, streamVariants, toEventStream } from '../../src/index.ts'
import { ask, CALLS, entries, framesOf, joined, spoken, TEXT } from './streamed.ts'

const MODELS = [
  '@cf/meta/llama-3.1-8b-instruct-fast',
  '@cf/meta/llama-4-scout-17b-16e-instruct',
  '@cf/qwen/qwen3-30b-a3b-fp8',
]

const anyReply: fc.Arbitrary<SpokenReply> = fc.record({
  text: fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.lorem()),
  toolCalls: fc.array(
    fc.record({
      toolName: fc.string({ minLength: 1 }),
      input: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    }),
    { maxLength: 4 },
  ),
}) as fc.Arbitrary<SpokenReply> // `jsonValue` is typed as what JSON.parse may give

const anyOptions: fc.Arbitrary<EventStreamOptions> = fc.record({
  model: fc.constantFrom(...MODELS),
  variant: fc.constantFrom(...streamVariants),
  lineEnds: fc.constantFrom('lf', 'crlf', 'cr'),
  quirks: fc.subarray([
    'bare-done',
    'no-space',
    'comments',
    'fields',
    'data-lines',
    'byte-order-mark',
  ]),
  seed: fc.nat(0xffff_ffff),
  maxTokens: fc.constantFrom(3, 50, 100_000),
})

test('the same seed gives the same bytes, cut at the same places', () => {
  fc.assert(
    fc.property(
      anyReply,
      anyOptions,
      fc.constantFrom('frame', 'frames', 'byte', 'random', 'whole'),
      (reply, options, chunks) => {
        const one = toEventStream(reply, { ...options, chunks }).chunks
        const two = toEventStream(reply, { ...options, chunks }).chunks
        expect(two.map(({ length }) => length)).toEqual(one.map(({ length }) => length))
        expect(Buffer.concat(two).equals(Buffer.concat(one))).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('however it is cut, it is the same bytes, and no chunk is empty', () => {
  fc.assert(
    fc.property(anyReply, anyOptions, (reply, options) => {
      const whole = Buffer.concat(toEventStream(reply, { ...options, chunks: 'whole' }).chunks)
      for (const chunks of ['frame', 'frames', 'byte', 'random'] as const) {
        const cut = toEventStream(reply, { ...options, chunks }).chunks
        expect(cut.every((chunk) => chunk.length > 0)).toBe(true)
        expect(Buffer.concat(cut).equals(whole)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('every variant says the same text and makes the same calls', () => {
  const streamed = streamVariants.filter((name) => name !== 'json' && !name.endsWith('leaked'))
  fc.assert(
    fc.property(anyReply, fc.constantFrom(...streamed), fc.nat(), (reply, variant, seed) => {
      const { chunks } = toEventStream(reply, { variant, seed })
      const all = framesOf(Buffer.concat(chunks).toString())
      expect(spoken(all)).toBe(reply.text)
      const calls = variant.match(/deltas|first|interleaved|finish|^chat$|^chat-usage/)
        ? joined(entries(all))
        : entries(all).map((entry) => ({
            toolName: entry.name ?? entry.function?.name,
            input: entry.arguments ?? JSON.parse(entry.function?.arguments ?? ''),
          }))
      expect(JSON.stringify(calls)).toBe(JSON.stringify(reply.toolCalls))
    }),
    { numRuns: 1000 },
  )
})

test('a leaked call is the text, then each call as JSON on its line', () => {
  fc.assert(
    fc.property(anyReply, fc.constantFrom('native-leaked', 'chat-leaked'), (reply, variant) => {
      const all = framesOf(Buffer.concat(toEventStream(reply, { variant }).chunks).toString())
      const calls = (reply.toolCalls ?? []).map(({ toolName, input }) =>
        JSON.stringify({ name: toolName, parameters: input }),
      )
      expect(spoken(all)).toBe([reply.text, ...calls].filter(Boolean).join('\n'))
      expect(entries(all)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a cut after any number of bytes is that beginning of the whole', () => {
  fc.assert(
    fc.property(anyReply, anyOptions, fc.nat(3000), (reply, options, afterBytes) => {
      const whole = Buffer.concat(toEventStream(reply, options).chunks)
      const cut = toEventStream(reply, { ...options, fault: { type: 'cut', afterBytes } })
      expect(cut.ending).toBe('cut')
      expect(Buffer.concat(cut.chunks).equals(whole.subarray(0, afterBytes))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test.each(streamVariants)('an emulator sends `%s` as the function makes it', async (variant) => {
  const reply = { text: TEXT, toolCalls: CALLS }
  const streaming = { variant, seed: 9, quirks: ['comments'], chunks: 'random' } as const
  await using emulator = await startEmulator({ model: script(() => reply), streaming })
  const expected = toEventStream(reply, { ...streaming, inputTokens: 2, maxTokens: 256 })
  for (let round = 0; round < 2; round++) {
    const response = await ask(emulator, { front: 'binding' })
    expect(response.headers.get('content-type')).toBe(expected.contentType)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.concat(expected.chunks))
  }
})

test('without a seed each request has padding and ids of its own', async () => {
  const streaming = { variant: 'native-deltas' } as const
  const model = script(() => ({ text: TEXT, toolCalls: CALLS }))
  await using emulator = await startEmulator({ model, streaming })
  const [one, two] = await Promise.all([0, 1].map(async () => (await ask(emulator)).text()))
  expect(one).not.toBe(two)
})

test('what follows the last chunk is told', () => {
  expect(toEventStream({ text: 'Hi' })).toMatchObject({
    contentType: 'text/event-stream',
    ending: 'end',
  })
  expect(toEventStream({ text: 'Hi' }, { fault: { type: 'silent' } }).ending).toBe('open')
  expect(toEventStream({ text: 'Hi' }, { fault: { type: 'html' } }).contentType).toBe('text/html')
})

test('a model it does not know is an error of the caller', () => {
  expect(() => toEventStream({ text: 'Hi' }, { model: '@cf/none' })).toThrow(DroverError)
})
