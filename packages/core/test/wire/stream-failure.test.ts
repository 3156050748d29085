import { BackendError, DroverError } from '@drover/core'
import { readStream } from '@drover/core/wire'
import { describe, expect, test } from 'vitest'
import { bodyOf, cut, DONE, seeStream, toBytes } from './streams.ts'

const hello = { response: 'Hello' }

const failureOf = async (events: readonly (object | string)[]): Promise<BackendError> => {
  const error = await seeStream([toBytes(events)]).catch((caught: unknown) => caught)
  if (!(error instanceof BackendError)) throw new Error('Expected a BackendError.')
  return error
}

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

test('an error of a stream is known by its brand', async () => {
  expect(DroverError.is(await failureOf([hello]))).toBe(true)
})
