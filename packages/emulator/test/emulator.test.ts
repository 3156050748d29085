import { DroverError } from '@drover/core'
import { expect, test } from 'vitest'
import type { EmulatorOptions } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { ACCOUNT, call, errorOf, MODEL, post } from './client.ts'

const hello = { messages: [{ role: 'user', content: 'hello' }] }

test('answers over REST in the envelope of the service', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'Paris.' }]) })
  const { status, headers, body } = await call(emulator, 'rest', hello)
  expect(status).toBe(200)
  expect(body).toEqual({
    result: {
      response: 'Paris.',
      tool_calls: [],
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: 2,
        total_tokens: body.result.usage.prompt_tokens + 2,
        prompt_tokens_details: { cached_tokens: 0 },
      },
    },
    success: true,
    errors: [],
    messages: [],
  })
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('cf-ai-req-id')).toMatch(/\S/)
  expect(Number(headers.get('cf-ai-neurons'))).toBeGreaterThan(0)
  expect(headers.get('x-drover-model-source')).toBe('script')
})

test('answers env.AI with the bare result and exactly the content type it looks for', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'Paris.' }]) })
  const { headers, body } = await call(emulator, 'binding', hello)
  expect(body.response).toBe('Paris.')
  expect(body).not.toHaveProperty('result')
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('cf-ai-req-id')).toMatch(/\S/)
})

test.each([
  ['without /client/v4', `/accounts/${ACCOUNT}/ai/run/${MODEL}`],
  ['with the model escaped', `/client/v4/accounts/${ACCOUNT}/ai/run/${encodeURIComponent(MODEL)}`],
])('takes a REST address %s', async (_, path) => {
  await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  const { status } = await post(`${emulator.url}${path}`, hello, { authorization: 'Bearer t' })
  expect(status).toBe(200)
  expect(emulator.requests[0]?.model).toBe(MODEL)
})

test('takes the gateway path and the prefixed model of env.AI', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  const options = { gateway: { id: 'mine' } }
  const { status } = await post(
    `${emulator.url}/ai-gateway/run?version=3`,
    { inputs: hello, options },
    { 'cf-consn-model-id': `dev:${MODEL}` },
  )
  expect(status).toBe(200)
  expect(emulator.requests[0]).toMatchObject({
    front: 'binding',
    model: MODEL,
    path: '/ai-gateway/run?version=3',
    inputs: hello,
    options,
    status: 200,
  })
})

test('shows what arrived without the token', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  await call(emulator, 'rest', hello, { token: 'very-secret' })
  await call(emulator, 'rest', {}, { token: 'very-secret' })
  expect(emulator.requests.map(({ status }) => status)).toEqual([200, 400])
  expect(JSON.stringify(emulator.requests)).not.toContain('very-secret')
})

test.each([
  ['no token', {}, undefined],
  ['an empty token', { authorization: 'Bearer ' }, undefined],
  ['another scheme', { authorization: 'Basic abc' }, undefined],
  ['a wrong token', { authorization: 'Bearer wrong' }, 'right'],
])('refuses %s over REST as the edge of the API does', async (_, headers, apiToken) => {
  await using emulator = await startEmulator(apiToken === undefined ? {} : { apiToken })
  const url = `${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`
  const { status, body } = await post(url, hello, headers)
  expect(status).toBe(401)
  expect(body).toEqual({
    result: null,
    success: false,
    errors: [{ code: 10000, message: 'Authentication error' }],
    messages: [],
  })
})

test('accepts the one token it was given', async () => {
  await using emulator = await startEmulator({
    apiToken: 'right',
    model: script([{ text: 'fine' }]),
  })
  expect((await call(emulator, 'rest', hello, { token: 'right' })).status).toBe(200)
})

test.each(['rest', 'binding'] as const)('refuses an unknown model over %s', async (front) => {
  await using emulator = await startEmulator()
  const answer = await call(emulator, front, hello, { model: '@cf/meta/llama-9' })
  expect(errorOf(front, answer)).toEqual({
    status: 400,
    code: 5007,
    message: 'AiError: No such model @cf/meta/llama-9 or task',
  })
})

test('serves retired models unless it was asked to refuse them', async () => {
  const model = '@cf/meta/llama-3.1-70b-instruct'
  await using serving = await startEmulator({ model: script([{ text: 'fine' }]) })
  expect((await call(serving, 'rest', hello, { model })).status).toBe(200)
  await using refusing = await startEmulator({ retired: 'refuse' })
  const { status, body } = await call(refusing, 'binding', hello, { model })
  expect(status).toBe(400)
  expect(body).toMatchObject({
    internalCode: 5028,
    description: 'This model was deprecated on 2026-05-30. Please use an alternative model',
  })
  expect((await call(refusing, 'rest', hello)).status).toBe(200)
})

test('refuses an address it does not know', async () => {
  await using emulator = await startEmulator()
  const { status, body } = await post(`${emulator.url}/client/v4/zones`, {})
  expect(status).toBe(404)
  expect(body.errors).toEqual([{ code: 7000, message: 'No route for that URI' }])
})

test('refuses another method on a known address', async () => {
  await using emulator = await startEmulator()
  const response = await fetch(`${emulator.url}/accounts/${ACCOUNT}/ai/run/${MODEL}`)
  expect(response.status).toBe(405)
  expect(await response.json()).toMatchObject({ errors: [{ code: 7001 }] })
})

test('refuses a binding request that names no model', async () => {
  await using emulator = await startEmulator()
  const { status, body } = await post(`${emulator.url}/run?version=3`, { inputs: hello })
  expect(status).toBe(500)
  expect(body).toMatchObject({ internalCode: 7000, description: 'Model ID missing' })
})

test.each([
  ['no JSON', '{"messages":'],
  ['a list', '[]'],
  ['nothing', ''],
  ['JSON nested without end', '['.repeat(100_000)],
])('refuses a body that is %s', async (_, body) => {
  await using emulator = await startEmulator()
  const response = await fetch(`${emulator.url}/accounts/${ACCOUNT}/ai/run/${MODEL}`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body,
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ errors: [{ code: 3003 }] })
})

test('refuses a body over 16 MiB and goes on', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  const large = await call(emulator, 'rest', { prompt: 'x'.repeat(17 * 1024 * 1024) })
  expect(large.status).toBe(413)
  expect(large.body.errors[0].code).toBe(3006)
  expect((await call(emulator, 'rest', hello)).status).toBe(200)
})

test('refuses input that together with max_tokens exceeds the context window', async () => {
  await using emulator = await startEmulator()
  const model = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
  const answer = await call(emulator, 'rest', { prompt: 'hello', max_tokens: 24_000 }, { model })
  expect(errorOf('rest', answer)).toEqual({
    status: 413,
    code: 5021,
    message:
      'AiError: The estimated number of input and maximum output tokens (24002) exceeded this model context window limit (24000)',
  })
})

test('a model source that throws is a 500 that says what it threw', async () => {
  const model = {
    name: 'broken',
    reply: () => {
      throw new Error('out of ink')
    },
  }
  await using emulator = await startEmulator({ model })
  const { status, body } = await call(emulator, 'binding', hello)
  expect(status).toBe(500)
  expect(body.description).toBe('The model source `broken` threw: out of ink')
})

test('a taken port is told with a way out', async () => {
  await using first = await startEmulator()
  const error: unknown = await startEmulator({ port: first.port }).catch(
    (thrown: unknown) => thrown,
  )
  expect(DroverError.is(error) && error.code).toBe('config.invalid')
  expect(String(error)).toContain(`port ${first.port}`)
  expect(String(error)).toContain('taken')
})

test.each<[string, EmulatorOptions]>([
  ['port', { port: -1 }],
  ['port', { port: 65_536 }],
  ['port', { port: 1.5 }],
  ['port', { port: Number.NaN }],
  ['apiToken', { apiToken: '' }],
])('refuses a bad `%s` before it listens', async (name, options) => {
  const error: unknown = await startEmulator(options).catch((thrown: unknown) => thrown)
  expect(DroverError.is(error) && error.code).toBe('config.invalid')
  expect(String(error)).toContain(`\`${name}\``)
})

test('close ends kept-alive connections and may be called twice', async () => {
  const emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  await call(emulator, 'rest', hello)
  await emulator.close()
  await emulator.close()
  await expect(call(emulator, 'rest', hello)).rejects.toThrow('fetch failed')
  await using again = await startEmulator({ port: emulator.port })
  expect(again.port).toBe(emulator.port)
})

test('forgets the oldest requests after a thousand', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
  for (let sent = 0; sent < 1010; sent += 10) {
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call(emulator, 'rest', { prompt: `p${sent + index}` }),
      ),
    )
  }
  expect(emulator.requests).toHaveLength(1000)
})

test('logs each answer, and never the token', async () => {
  const lines: string[] = []
  const note = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  const log = { debug: note, info: note, warn: note, error: note }
  await using emulator = await startEmulator({ log, model: script([{ text: 'fine' }]) })
  await call(emulator, 'rest', hello, { token: 'very-secret' })
  expect(lines.join('\n')).toContain('request answered')
  expect(lines.join('\n')).not.toContain('very-secret')
})
