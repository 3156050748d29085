import { expect, test } from 'vitest'
import { script, startEmulator } from '../src/index.ts'
import { call, errorOf } from './client.ts'

const hello = { prompt: 'hello' }

const codes: readonly (readonly [code: number, status: number])[] = [
  [3003, 400],
  [3006, 413],
  [3007, 408],
  [3008, 408],
  [3023, 403],
  [3036, 429],
  [3039, 400],
  [3040, 429],
  [3041, 403],
  [3042, 404],
  [3046, 408],
  [4006, 429],
  [5004, 400],
  [5005, 405],
  [5006, 400],
  [5007, 400],
  [5016, 403],
  [5018, 403],
  [5019, 405],
  [5021, 413],
  [5024, 400],
  [5028, 400],
  [5035, 403],
  [8001, 400],
  [8005, 500],
  [8007, 400],
]

test.each(codes)('a source may answer with %i: status %i on both fronts', async (code, status) => {
  await using emulator = await startEmulator({ model: script(() => ({ error: { code } })) })
  for (const front of ['rest', 'binding'] as const) {
    const answer = await call(emulator, front, hello)
    expect(errorOf(front, answer)).toMatchObject({
      status,
      code,
      message: expect.stringMatching(/^AiError: ./),
    })
  }
})

test('an error of the model itself carries the request id, as the service writes it', async () => {
  const error = { code: 4006, message: 'you have used up your daily free allocation' }
  await using emulator = await startEmulator({ model: script(() => ({ error })) })
  const { headers, body } = await call(emulator, 'rest', hello)
  const id = headers.get('cf-ai-req-id')
  expect(body.errors[0].message).toBe(`AiError: AiError: ${error.message} (${id})`)
  expect(body.result).toEqual({})
})

test('text, status and Retry-After can be set', async () => {
  const error = { code: 3040, message: 'Busy', status: 503, retryAfter: 7 }
  await using emulator = await startEmulator({ model: script(() => ({ error })) })
  const { status, headers, body } = await call(emulator, 'binding', hello)
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toBe('7')
  expect(headers.get('cf-ai-neurons')).toBe(null)
  expect(body).toMatchObject({
    internalCode: 3040,
    name: 'AiError',
    description: 'Busy',
    httpCode: 503,
  })
})

test('a code the service does not have is a 500 unless said otherwise', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ error: { code: 9999 } })) })
  expect((await call(emulator, 'rest', hello)).status).toBe(500)
})
