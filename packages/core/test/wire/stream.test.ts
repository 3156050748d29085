import { readdirSync, readFileSync } from 'node:fs'
import { BackendError, DroverError } from '@drover/core'
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

const failureOf = async (
  events: readonly (object | string)[],
  given: Parameters<typeof readStream>[1] = options,
): Promise<BackendError> => {
  const error = await seeStream([toBytes(events)], given).catch((caught: unknown) => caught)
  if (!(error instanceof BackendError)) throw new Error('Expected a BackendError.')
  return error
}
const hello = { response: 'Hello' }

describe('a stream that is no whole reply is a typed error', () => {
  test('fault C4: an event that is not JSON, whatever came before it', async () => {
    for (const event of [
      'data: {"response":"a\n\n',
      'data: hi\n\n',
      'data: [1]\n\n',
      'data: 5\n\n',
      'data: null\n\n',
    ]) {
      const error = await failureOf([hello, event, hello, DONE])
      expect(error.code).toBe('stream.malformed')
      expect(error.retryable).toBe(true)
    }
  })

  test.each([
    [
      'errors with a code',
      { errors: [{ code: 3040, message: 'Capacity temporarily exceeded.' }] },
      'http.capacity',
      true,
    ],
    [
      'an error with a code',
      { error: { code: 3036, message: 'daily free allocation' } },
      'http.quota',
      false,
    ],
    [
      'an error as text',
      { error: 'AiError: 5028: This model was deprecated' },
      'model.retired',
      false,
    ],
    [
      'an internal code',
      { internalCode: 7000, description: 'Model ID missing' },
      'http.not_found',
      false,
    ],
    [
      'an error beside choices',
      { choices: [{ delta: { content: '' } }], error: { message: 'overloaded' } },
      'http.protocol',
      true,
    ],
    [
      'an event of the type `error`',
      'event: error\ndata: {"code":3040,"message":"busy"}\n\n',
      'http.capacity',
      true,
    ],
    [
      'an event of the type `error` that is text',
      'event: error\ndata: 3046: Request timeout\n\n',
      'http.timeout',
      true,
    ],
    ['an error nobody knows', { error: { message: 'Something.' } }, 'http.protocol', true],
  ])('fault C5: %s', async (_name, event, code, retryable) => {
    const error = await failureOf([hello, event, DONE])
    expect(error).toMatchObject({ code, retryable })
    expect(error.status).toBeUndefined()
  })

  test('fault C6: an end without `[DONE]` and without a finish reason', async () => {
    for (const events of [
      [hello],
      [hello, 'data: {"resp'],
      [': comment\n\n'],
      ['data: '],
      [hello, 'data: [DO'],
    ]) {
      expect(await failureOf(events)).toMatchObject({ code: 'stream.cut', retryable: true })
    }
  })

  test('fault C9: a body that breaks, with what broke it', async () => {
    const broken = Object.assign(new Error('Network connection lost.'), { retryable: true })
    const stream = readStream(bodyOf([toBytes([hello])], broken), {})
    expect(await stream.next()).toEqual({
      done: false,
      value: { type: 'text-delta', text: 'Hello' },
    })
    const error = await stream.next().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'stream.cut', retryable: true, cause: broken })
    expect(String(error)).toContain('Network connection lost.')
  })

  test('fault C10: an event of more than 8 MiB, in pieces of any size', async () => {
    const line = toBytes(['data: ', 'x'.repeat(9 * 1024 * 1024)])
    const lines = toBytes([
      'data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'.repeat(200_000),
    ])
    const whole = toBytes(['data: ', 'x'.repeat(9 * 1024 * 1024), '\n\n'])
    for (const chunks of [[line], cut(line, [4096]), [lines], [whole]]) {
      const error = await seeStream(chunks).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'security.limit', retryable: false })
    }
  })

  test('fault B14: a body of more than 64 MiB, of which nothing more is read', async () => {
    const chunk = toBytes([{ response: 'x'.repeat(1024 * 1024) }])
    for (const first of [[], [toBytes(['<html>'])]]) {
      const body = bodyOf([...first, ...Array.from({ length: 80 }, () => chunk)])
      const read = async (): Promise<void> => {
        for await (const _ of readStream(body)) continue
      }
      await expect(read()).rejects.toMatchObject({ code: 'security.limit' })
      expect(body.wasCancelled()).toBe(true)
    }
  })

  test('fault B9: a page, plain text, half an answer, nothing', async () => {
    for (const text of [
      '<html>busy</html>',
      'error code: 1031',
      'data center down',
      '{"response":"Hel',
      '',
      ' \n ',
    ]) {
      expect((await failureOf([text])).code).toBe('http.protocol')
    }
  })
})

describe('calls that cannot be told apart are never guessed', () => {
  const piece = (entry: object): object => ({ tool_calls: [entry] })
  const named = (name: string, rest: object = {}): object => piece({ function: { name }, ...rest })
  const args = (text: string, rest: object = {}): object =>
    piece({ function: { arguments: text }, ...rest })
  test.each([
    [
      'pieces without index while two calls are open',
      [{ tool_calls: [{ name: 'now' }, { name: 'get_weather' }] }, args('{}')],
    ],
    [
      'arguments that never get a name',
      [named('now', { index: 0 }), args('{"a":1}', { index: 1 })],
    ],
    [
      'arguments after the end of a call',
      [piece({ index: 0, function: { name: 'now', arguments: '{}' } }), args('{}', { index: 0 })],
    ],
    [
      'a reused index before the first call is whole',
      [named('now', { index: 0 }), named('get_weather', { index: 0 })],
    ],
    ['a name without index that may be a repetition', [named('now'), named('now')]],
    [
      'another name while arguments are open',
      [
        piece({ name: 'now', arguments: '{"a"' }),
        piece({ name: 'get_weather', arguments: '{"b"' }),
      ],
    ],
    [
      'a whole call that comes again under its id',
      [1, 2].map(() => piece({ id: 'x', index: 0, function: { name: 'now', arguments: '{}' } })),
    ],
    [
      'an object after text',
      [
        piece({ index: 0, name: 'now', arguments: '{"a' }),
        piece({ index: 0, arguments: { b: 1 } }),
      ],
    ],
  ])('%s', async (_name, events) => {
    const error = await failureOf([...events, DONE])
    expect(error).toMatchObject({ code: 'stream.ambiguous', retryable: true })
  })
})

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
      const text = ` \r\n\uFEFF${JSON.stringify(body, null, 2)}`.trimStart()
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
    expect(await failureOf([JSON.stringify(body)])).toMatchObject({
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

test('an error of a stream is known by its brand', async () => {
  expect(DroverError.is(await failureOf([hello]))).toBe(true)
})
