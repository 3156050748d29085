import { expect, test } from 'vitest'
import { call } from '../client.ts'
import { script, startEmulator, type StreamingOptions } from '../../src/index.ts'
import {
  ask,
  CALLS,
  CHAT_MODEL,
  entries,
  frames,
  joined,
  NEWER_MODEL,
  SCOUT,
  spoken,
  TEXT,
  textOf,
  type Frame,
} from './streamed.ts'

const both = { text: TEXT, toolCalls: CALLS }

function chunks(streaming: StreamingOptions, inputs = {}): Promise<readonly Frame[]> {
  return frames(both, streaming, { model: CHAT_MODEL, inputs })
}

test('`chat` has chunks of one id, the finish reason on the last choice, the usage without choices', async () => {
  const all = await chunks({ variant: 'chat' })
  for (const chunk of all) {
    expect(chunk).toMatchObject({
      id: all[0]?.['id'],
      object: 'chat.completion.chunk',
      model: CHAT_MODEL,
      created: expect.any(Number),
    })
  }
  expect(all[0]?.choices).toEqual([
    { index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null },
  ])
  expect(spoken(all)).toBe(TEXT)
  expect(joined(entries(all))).toEqual(CALLS)
  expect(all.at(-2)?.choices).toEqual([{ index: 0, delta: {}, finish_reason: 'tool_calls' }])
  expect(all.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 39 } })
  expect(all.filter(({ usage }) => usage)).toHaveLength(1)
  expect(all.filter(({ p }) => p === undefined)).toHaveLength(2)
})

test('`chat-usage-everywhere` has the usage so far on every chunk', async () => {
  const counts = (await chunks({ variant: 'chat-usage-everywhere' })).map(
    ({ usage }) => usage?.completion_tokens ?? Number.NaN,
  )
  expect(counts[0]).toBe(0)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(counts.at(-1)).toBe(39)
})

test('`chat-whole` has all calls whole in one chunk, without index', async () => {
  const all = await chunks({ variant: 'chat-whole' })
  const lists = all.flatMap(({ choices }) => choices?.[0]?.delta.tool_calls ?? [])
  expect(lists).toHaveLength(2)
  expect(all.filter(({ choices }) => choices?.[0]?.delta.tool_calls)).toHaveLength(1)
  for (const entry of lists) expect(entry).not.toHaveProperty('index')
})

test('`chat-arguments-first` has the name of each call after its arguments', async () => {
  const pieces = entries(await chunks({ variant: 'chat-arguments-first' }))
  expect(joined(pieces)).toEqual(CALLS)
  for (const [index, { toolName }] of CALLS.entries()) {
    const own = pieces.filter((piece) => piece.index === index)
    expect(own.map((piece) => piece.function?.name).filter(Boolean)).toEqual([toolName])
    expect(own.at(-1)).toMatchObject({ function: { name: toolName } })
  }
})

test('`chat-interleaved` mixes the pieces of several calls', async () => {
  const pieces = entries(await chunks({ variant: 'chat-interleaved', seed: 1 }))
  expect(joined(pieces)).toEqual(CALLS)
  const changes = pieces.filter(({ index }, at) => at > 0 && index !== pieces[at - 1]?.index)
  expect(changes.length).toBeGreaterThan(1)
})

test('`chat-leaked` streams calls as text, and claims to have stopped', async () => {
  const all = await chunks({ variant: 'chat-leaked' })
  expect(spoken(all)).toContain('\n{"name":"get_time","parameters":{"zone":"Europe/Lisbon"}}')
  expect(all.at(-2)?.choices?.[0]?.finish_reason).toBe('stop')
})

test('`json` answers with the whole reply, as each front does without a stream', async () => {
  await using emulator = await startEmulator({
    model: script(() => both),
    streaming: { variant: 'json', chunks: 'byte' },
  })
  for (const front of ['rest', 'binding'] as const) {
    const response = await ask(emulator, { front })
    expect(response.headers.get('content-type')).toBe('application/json')
    const whole = await call(emulator, front, { prompt: 'hello' })
    expect(await response.json()).toEqual(whole.body)
  }
})

test('`max_tokens` cuts a stream: the text stops, the finish is `length`, the usage says so', async () => {
  const all = await chunks({ variant: 'chat' }, { max_tokens: 3 })
  expect(spoken(all)).toBe(TEXT.slice(0, 12))
  expect(all.at(-2)?.choices?.[0]?.finish_reason).toBe('length')
  expect(all.at(-1)?.usage?.completion_tokens).toBe(3)
  const native = await frames(both, { variant: 'native' }, { inputs: { max_tokens: 3 } })
  expect(spoken(native)).toBe(TEXT.slice(0, 12))
  expect(native.at(-1)?.usage?.completion_tokens).toBe(3)
  expect(entries(native)).toEqual([])
})

test('each model streams as it is known to, unless told otherwise', async () => {
  const seed = await frames({ toolCalls: CALLS }, {})
  expect(spoken(seed)).toMatch(/^\{"name":"get_weather","parameters":/)
  const newer = await frames(both, {}, { model: NEWER_MODEL })
  expect(newer[0]).toMatchObject({ tool_calls: [] })
  expect(joined(entries(await frames(both, {}, { model: SCOUT })))).toEqual(CALLS)
  expect(await textOf(both, {}, { model: CHAT_MODEL })).toContain('chat.completion.chunk')
})

test("a reply's own `streaming` goes before the emulator's, field by field", async () => {
  const reply = { text: 'Hi', streaming: { variant: 'chat', quirks: [] } } as const
  const text = await textOf(reply, { variant: 'native', quirks: ['comments'], lineEnds: 'crlf' })
  expect(text).toMatch(/^data: \{"id":"chatcmpl-[^\n]+\r\n\r\n/)
  expect(text).not.toContain('keep-alive')
})
