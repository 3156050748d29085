import { binding } from '@drover/binding'
import { createAgent } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { standIn } from './stand-in.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const request = { model, inputs: { prompt: 'Hi' }, body: () => '' }
const send = (give: () => unknown): Promise<Response> => binding(standIn(give)).send(request, {})
const bytes = (...texts: readonly string[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)))

// Asked for a Response, the class gives one of these where another call at the same time asked for something else.
describe('a run reads the same answer, whether the binding gives', () => {
  const result = {
    response: 'Paris.',
    usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
  }
  const text = JSON.stringify(result)
  test.for<readonly [what: string, give: () => unknown]>([
    ['a Response', () => Response.json(result)],
    ['a parsed object', () => result],
    ['a stream of JSON', () => bytes(text)],
    ['a stream of JSON in small pieces', () => bytes('', ' ', '\n', ...text)],
    ['a stream of JSON behind a byte order mark', () => bytes('\uFEFF', text)],
    ["another realm's Response", () => anotherRealms(Response.json(result))],
  ])('%s', async ([, give]) => {
    const answer = await createAgent({ backend: binding(standIn(give)), model }).run('Capital?')
    expect(answer.text).toBe('Paris.')
    expect(answer.usage).toMatchObject({ inputTokens: 4, outputTokens: 2 })
  })

  test('a bare text', async () => {
    const answer = await createAgent({ backend: binding(standIn(() => 'Paris.')), model }).run(
      'Capital?',
    )
    expect(answer.text).toBe('Paris.')
  })
})

test('a Response is handed on as it is, with its status and headers', async () => {
  const given = new Response('no', { status: 429, headers: { 'retry-after': '7' } })
  expect(await send(() => given)).toBe(given)
})

test('nothing at all is an empty reply, not a crash', async () => {
  for (const nothing of [undefined, null]) {
    const answer = await send(() => nothing)
    expect(await answer.text()).toBe('null')
  }
})

describe('a stream is told apart by its first byte', () => {
  test.for<readonly [texts: readonly string[], type: string]>([
    [['data: {"response":"Hi"}\n\n'], 'text/event-stream'],
    [['\r\n', 'data:x\n\n'], 'text/event-stream'],
    [[': keep-alive\n\n'], 'text/event-stream'],
    [['event: message\n'], 'text/event-stream'],
    [['id: 1\n'], 'text/event-stream'],
    [['retry: 1000\n'], 'text/event-stream'],
    [['{"response":"data: x"}'], 'application/json'],
    [['\n\n  ', '"text"'], 'application/json'],
    [['[]'], 'application/json'],
    [['null'], 'application/json'],
    [[], 'application/json'],
  ])('%j is %s', async ([texts, type]) => {
    const answer = await send(() => bytes(...texts))
    expect(answer.headers.get('content-type')).toBe(type)
    expect(await answer.text()).toBe(texts.join(''))
  })

  test('and only as much of it is read ahead as that takes', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled++
          controller.enqueue(new TextEncoder().encode('data: x\n\n'))
        },
      },
      { highWaterMark: 0 },
    )
    const answer = await send(() => endless)
    expect(pulled).toBeLessThanOrEqual(2)
    await answer.body?.cancel()
  })

  test('and giving it up gives up what stands behind it', async () => {
    let cancelled: unknown
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: x\n\n')),
      cancel: (reason) => {
        cancelled = reason
      },
    })
    const answer = await send(() => stream)
    await answer.body?.cancel('enough')
    expect(cancelled).toBe('enough')
  })
})

/** The same shape without the class, as it comes from `getPlatformProxy`. */
const anotherRealms = (response: Response): unknown => ({
  status: response.status,
  headers: response.headers,
  body: response.body,
  text: () => response.text(),
})
