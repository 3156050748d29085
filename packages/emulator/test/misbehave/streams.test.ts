import { expect, test } from 'vitest'
import type { StreamName } from '../../src/misbehave/streams.ts'
import { framesOf, spoken } from '../streaming/streamed.ts'
import type { Seen } from './struck.ts'
import { ask, GLM, strike, TALK, TEXT } from './struck.ts'
import { script, startEmulator } from '../../src/index.ts'

const stream = (name: StreamName): Promise<Seen> => strike(name, { reply: TALK, stream: true })

// A record over the union of names: the compiler misses none.
const streams: Readonly<Record<StreamName, () => Promise<void>>> = {
  'stream-cut': async () => {
    const { end, text } = await stream('stream-cut')
    expect(end).toBe('broken')
    expect(text).not.toContain('[DONE]')
  },
  'stream-ended-early': async () => {
    const { end, text } = await stream('stream-ended-early')
    expect(end).toBe('clean')
    expect(text).not.toContain('[DONE]')
  },
  'stream-silent': async () => {
    const misbehave = { 'stream-silent': 'always', seed: 7 } as const
    await using emulator = await startEmulator({ model: script([TALK]), misbehave })
    const answer = ask(emulator.url, { stream: true })
    await expect.poll(() => emulator.requests[0]?.status).toBe(200)
    await emulator.close()
    expect(await answer).toMatchObject({ end: 'broken' })
  },
  'stream-malformed': async () => {
    const { text } = await stream('stream-malformed')
    expect(text).toContain('[DONE]')
    expect(() => framesOf(text)).toThrow(SyntaxError)
  },
  'stream-error': async () => {
    const { text } = await stream('stream-error')
    expect(text).toMatch(/Capacity temporarily exceeded/)
  },
  'after-done': async () =>
    expect((await stream('after-done')).text).toMatch(/\[DONE\]\n\ndata: \{/),
  'json-for-stream': async () => {
    const { headers, result } = await stream('json-for-stream')
    expect(headers.get('content-type')).toBe('application/json')
    expect(result.response).toBe(TEXT)
  },
  'split-bytes': async () =>
    expect(spoken(framesOf((await stream('split-bytes')).text))).toBe(TEXT),
  'joined-frames': async () =>
    expect(spoken(framesOf((await stream('joined-frames')).text))).toBe(TEXT),
  crlf: async () => expect((await stream('crlf')).text).toMatch(/\}\r\n\r\ndata/),
  cr: async () => expect((await stream('cr')).text).toMatch(/\}\r\rdata/),
  'byte-order-mark': async () => {
    // The decoder of a `Response` would take it off.
    const misbehave = { 'byte-order-mark': 'always' } as const
    await using emulator = await startEmulator({ model: script([TALK]), misbehave })
    const { struck } = await strike('byte-order-mark', { reply: TALK, stream: true })
    expect(struck).toEqual(['byte-order-mark'])
    const bytes = await raw(emulator.url)
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  },
  comments: async () => expect((await stream('comments')).text).toMatch(/^: keep-alive\n\n/),
  'event-fields': async () =>
    expect((await stream('event-fields')).text).toMatch(/^event: message\nid: 0\nretry: 3000\n/),
  'data-lines': async () => expect((await stream('data-lines')).text).toMatch(/^data: \{\ndata: "/),
  'no-space': async () => expect((await stream('no-space')).text).toMatch(/^data:\{/),
  'bare-done': async () => expect((await stream('bare-done')).text).toMatch(/\n\[DONE\]\n\n$/),
  'frames-without-text': async () => {
    const frames = framesOf((await stream('frames-without-text')).text)
    expect(frames.some((frame) => !('response' in frame))).toBe(true)
  },
  'numbers-in-frames': async () => {
    const frames = framesOf((await stream('numbers-in-frames')).text)
    expect(frames.map(({ response }) => response)).toContain(26)
  },
}

test.each(Object.entries(streams))('`%s` changes a stream', async (_, assertSeen) => assertSeen())

test.each(Object.keys(streams))('`%s` does nothing where no stream was asked for', async (name) => {
  const { result, struck } = await strike(name as StreamName, { reply: TALK }) // a key of the record
  expect(result.response).toBe(TEXT)
  expect(struck).toEqual([])
})

test('what only native frames do strikes no model with `choices`', async () => {
  const asking = { reply: TALK, stream: true, model: GLM }
  expect((await strike('numbers-in-frames', asking)).struck).toEqual([])
})

async function raw(url: string): Promise<Uint8Array> {
  const response = await fetch(`${url}/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-consn-model-id': GLM },
    body: JSON.stringify({ inputs: { prompt: 'hi', stream: true } }),
  })
  return new Uint8Array(await response.arrayBuffer())
}
