import { readdirSync, readFileSync } from 'node:fs'
import { allCalls, readStream } from '@drover/core/wire'
import { describe, expect, test } from 'vitest'
import { bodyOf, cut, DONE, seeStream, toBytes } from './streams.ts'

interface Fixture {
  readonly note: string
  readonly events: readonly (object | string)[]
  readonly expected: Record<string, unknown>
  /** What is shown of each call: its name and the text of its arguments. */
  readonly inputs?: readonly (readonly [string, string])[]
}

const tools = ['get_weather', 'now'].map((name) => ({
  name,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}))
const options = { tools, maxTokens: 256 }
const folder = new URL('stream-fixtures/', import.meta.url)
const fixtures = readdirSync(folder).flatMap((family) =>
  readdirSync(new URL(`${family}/`, folder)).map((name): [string, Fixture] => [
    `${family}/${name.replace('.json', '')}`,
    JSON.parse(readFileSync(new URL(`${family}/${name}`, folder), 'utf8')),
  ]),
)

describe('a streamed reply is read from the shape of its events', () => {
  test.each(fixtures)('%s', async (_name, { events, expected, inputs }) => {
    const seen = await seeStream([toBytes(events)], options)
    expect(seen.reply).toMatchObject(expected)
    expect(seen.text).toBe(seen.reply.text)
    expect(seen).toMatchObject(inputs === undefined ? {} : { inputs })
  })
})

const hello = { response: 'Hello' }

describe('what a stream shows', () => {
  test('flows with the bytes where no tools are offered, one delta for a chunk', async () => {
    const chunks = [
      toBytes([hello, { response: ' you' }]),
      toBytes([{ response: '.' }]),
      toBytes([DONE]),
    ]
    const seen = await seeStream(chunks)
    expect(seen.deltas).toEqual([
      { type: 'text-delta', text: 'Hello you' },
      { type: 'text-delta', text: '.' },
    ])
  })

  test('keeps the order of text and calls', async () => {
    const call = { tool_calls: [{ name: 'now', arguments: {} }] }
    const seen = await seeStream([toBytes([hello, call, { response: '!' }, DONE])])
    expect(seen.deltas).toEqual([
      { type: 'text-delta', text: 'Hello' },
      { type: 'tool-input-delta', position: 0, toolName: 'now', text: '{}' },
      { type: 'text-delta', text: '!' },
    ])
  })

  test('tells the arguments of a call as soon as its name and its place are known', async () => {
    const piece = (index: number, name: string | null, text: string): object => ({
      tool_calls: [{ index, function: { name, arguments: text } }],
    })
    const events = [
      piece(1, 'now', '{'),
      piece(0, null, '{"city"'),
      piece(0, 'get_weather', ':'),
      piece(1, null, '}'),
      piece(0, null, '"x"}'),
    ]
    const { deltas } = await seeStream(
      [...events, DONE].map((event) => toBytes([event])),
      options,
    )
    expect(
      deltas.map((delta) => (delta.type === 'text-delta' ? '' : `${delta.position}${delta.text}`)),
    ).toEqual(['0{"city":', '1{', '1}', '0"x"}'])
  })

  test('never is what a call was written as, where tools are offered', async () => {
    const text = 'Sure. {"name": "now", "parameters": {}}'
    const events = text.match(/.{1,3}/g)?.map((response) => ({ response })) ?? []
    const seen = await seeStream([toBytes([...events, DONE])], options)
    expect(seen.text).not.toContain('{')
    expect(seen.text).toBe(seen.reply.text)
    expect(seen.reply.toolCalls).toMatchObject([{ toolName: 'now' }])
    const shown = await seeStream([toBytes([...events, DONE])], { tools, recover: false })
    expect(shown.text).toBe(text)
    expect(shown.deltas).toHaveLength(1)
  })

  test('of arguments that are past what is read: nothing, and the call is refused', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const event = `data: {"tool_calls":[{"name":"now","arguments":{"a":${deep}}}]}\n\n`
    const seen = await seeStream([toBytes([event, DONE])], options)
    expect(seen.deltas).toEqual([])
    expect(seen.reply.refusedCalls).toMatchObject([{ toolName: 'now', why: 'unreadable' }])
  })
})

describe('a body that is JSON', () => {
  test('fault B10: is read as the whole reply, envelope or not', async () => {
    const result = { response: 'Hi.', tool_calls: [{ name: 'now', arguments: {} }] }
    for (const body of [result, { result, success: true, errors: [], messages: [] }]) {
      const text = `\uFEFF \r\n${JSON.stringify(body, null, 2)}`
      const seen = await seeStream(cut(toBytes([text]), [3]), options)
      expect(seen.text).toBe('Hi.')
      expect(allCalls(seen.reply)).toMatchObject([{ toolName: 'now' }])
    }
  })

  test('and an error is that error', async () => {
    const body = {
      result: {},
      success: false,
      errors: [{ code: 5006, message: 'AiError: Bad input' }],
    }
    await expect(seeStream([toBytes([JSON.stringify(body)])])).rejects.toMatchObject({
      code: 'http.bad_request',
      serviceCode: 5006,
    })
  })
})

describe('leaving', () => {
  test('fault C12: a reader that leaves early cancels the body', async () => {
    const body = bodyOf([toBytes([hello]), toBytes([hello])])
    for await (const _ of readStream(body)) break
    expect(body.wasCancelled()).toBe(true)
  })

  test('a body that goes on after `[DONE]` is cancelled, and its end not waited for', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(toBytes([hello, DONE])),
      cancel: () => {
        isCancelled = true
        return new Promise(() => {})
      },
    })
    const stream = readStream(body)
    await stream.next()
    expect((await stream.next()).done).toBe(true)
    expect(isCancelled).toBe(true)
  })
})
