import { systemRuntime } from '@drover/core'
import { expect, test } from 'vitest'
import { script, startEmulator, toEventStream } from '../../src/index.ts'
import type { StreamChunks } from '../../src/index.ts'
import { ask, framesOf, spoken, TEXT, textOf } from './streamed.ts'

const reply = { text: TEXT }
const seeded = { variant: 'native', seed: 5 } as const

test.each([
  ['lf', '\n'],
  ['crlf', '\r\n'],
  ['cr', '\r'],
] as const)('`lineEnds: %s` ends every line so', async (lineEnds, end) => {
  const plain = await textOf(reply, seeded)
  expect(await textOf(reply, { ...seeded, lineEnds })).toBe(plain.replaceAll('\n', end))
})

test('`bare-done` writes [DONE] without `data:`', async () => {
  const text = await textOf(reply, { ...seeded, quirks: ['bare-done'] })
  expect(text).toMatch(/\}\n\n\[DONE\]\n\n$/)
})

test('`no-space` writes nothing after `data:`', async () => {
  const plain = await textOf(reply, seeded)
  const text = await textOf(reply, { ...seeded, quirks: ['no-space'] })
  expect(text).toBe(plain.replaceAll('data: ', 'data:'))
})

test('`comments` puts heartbeats between frames, the first before all of them', async () => {
  const plain = await textOf(reply, seeded)
  const text = await textOf(reply, { ...seeded, quirks: ['comments'] })
  expect(text).toMatch(/^: keep-alive\n\ndata: /)
  expect(text.split(': keep-alive\n\n').length).toBeGreaterThan(3)
  expect(text.replaceAll(': keep-alive\n\n', '')).toBe(plain)
})

test('`fields` gives every frame an event name, an id and a time to retry', async () => {
  const [first, second] = (await textOf(reply, { ...seeded, quirks: ['fields'] })).split('\n\n')
  expect(first).toMatch(/^event: message\nid: 0\nretry: 3000\ndata: \{/)
  expect(second).toMatch(/^event: message\nid: 1\nretry: 3000\ndata: \{/)
})

test('`data-lines` writes the JSON of a frame in two lines that join to the same', async () => {
  const text = await textOf(reply, { ...seeded, quirks: ['data-lines'] })
  expect(text).toMatch(/^data: \{\ndata: "response":/)
  expect(spoken(framesOf(text.replaceAll('data: {\ndata: ', 'data: {')))).toBe(TEXT)
})

test('`byte-order-mark` comes first, and once', async () => {
  const plain = await textOf(reply, seeded)
  const { chunks } = toEventStream(reply, {
    ...seeded,
    inputTokens: 2,
    quirks: ['byte-order-mark'],
  })
  expect(Buffer.concat(chunks).toString()).toBe(`\uFEFF${plain}`)
})

function chunksOf(chunks: StreamChunks, text: string = TEXT): readonly Buffer[] {
  const stream = toEventStream({ text }, { variant: 'native', seed: 5, chunks })
  return stream.chunks.map((chunk) => Buffer.from(chunk))
}

test('chunks are frames unless told otherwise', () => {
  for (const chunk of chunksOf('frame')) expect(chunk.toString()).toMatch(/^data: [^\n]+\n\n$/)
})

test('`frames` puts two to five frames into each chunk but the last', () => {
  const counts = chunksOf('frames', TEXT.repeat(9)).map(
    (chunk) => chunk.toString().split('\n\n').length - 1,
  )
  expect(new Set(counts.slice(0, -1))).toEqual(new Set([2, 3, 4, 5]))
})

test('`byte` cuts after every byte, `whole` not at all', () => {
  for (const chunk of chunksOf('byte')) expect(chunk).toHaveLength(1)
  expect(chunksOf('whole')).toHaveLength(1)
})

test('`random` cuts also inside a character', () => {
  const chunks = chunksOf('random', '日本'.repeat(50))
  for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(64)
  const cut = chunks.filter((chunk) => chunk.toString().startsWith('\uFFFD'))
  expect(cut.length).toBeGreaterThan(0)
})

test('chunks with time between them arrive as they were cut', async () => {
  // Each delay is one turn of the event loop, in which the client reads.
  const setTimer = (callback: () => void): (() => void) => {
    const immediate = setImmediate(() => setImmediate(callback))
    return () => clearImmediate(immediate)
  }
  const runtime = { ...systemRuntime, setTimer }
  const streaming = { ...seeded, chunks: 'random' } as const
  await using emulator = await startEmulator({
    model: script([reply]),
    streaming: { ...streaming, delayMs: 1 },
    runtime,
  })
  const lengths: number[] = []
  for await (const chunk of (await ask(emulator)).body ?? []) lengths.push(chunk.length)
  const { chunks } = toEventStream(reply, { ...streaming, inputTokens: 2 })
  expect(lengths).toEqual(chunks.map((chunk) => chunk.length))
})
