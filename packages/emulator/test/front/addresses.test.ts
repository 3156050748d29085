import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL, post } from '../client.ts'

const hello = { prompt: 'hello' }
const token = { authorization: 'Bearer t' }
const gateway = `/v1/${ACCOUNT}/mine/workers-ai`

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ apiToken: 't', model: script(() => ({ text: 'fine' })) })
})

afterAll(() => emulator.close())

test('takes the model in the body', async () => {
  const url = `${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/run`
  const answer = await post(url, { model: MODEL, input: hello }, token)
  expect(answer.body.result.response).toBe('fine')
  expect(emulator.requests.at(-1)).toMatchObject({ front: 'rest', model: MODEL, inputs: hello })
  const unknown = await post(url, { model: '@cf/meta/llama-9', input: hello }, token)
  expect(unknown.status).toBe(404)
  expect(unknown.body.errors[0].code).toBe(7003)
})

test.each([`${gateway}/${MODEL}`, `${gateway}/run/${MODEL}`])(
  'takes the address of an AI Gateway: %s',
  async (path) => {
    const { status, headers, body } = await post(`${emulator.url}${path}`, hello, token)
    expect(status).toBe(200)
    expect(body.result.response).toBe('fine')
    expect(headers.get('cf-aig-log-id')).toMatch(/\S/)
    expect(headers.get('cf-aig-cache-status')).toBe('MISS')
    expect(headers.get('cf-aig-step')).toBe('0')
    expect(emulator.requests.at(-1)).toMatchObject({ model: MODEL, path })
  },
)

test("takes OpenAI's wire through an AI Gateway", async () => {
  const url = `${emulator.url}${gateway}/v1/chat/completions`
  const { headers, body } = await post(url, { model: MODEL, ...hello }, token)
  expect(body.choices[0]).toMatchObject({ message: { content: 'fine' } })
  expect(headers.get('cf-aig-log-id')).toMatch(/\S/)
})

test('has the headers of a gateway only where one was asked for', async () => {
  const rest = `${emulator.url}/accounts/${ACCOUNT}/ai/run/${MODEL}`
  const plain = await post(rest, hello, token)
  expect(plain.headers.get('cf-aig-log-id')).toBe(null)
  const asked = await post(rest, hello, { ...token, 'cf-aig-gateway-id': 'mine' })
  expect(asked.headers.get('cf-aig-log-id')).toMatch(/\S/)
  const binding = await post(
    `${emulator.url}/ai-gateway/run?version=3`,
    { inputs: hello, options: { gateway: { id: 'mine' } } },
    { 'cf-consn-model-id': MODEL },
  )
  expect(binding.headers.get('cf-aig-log-id')).toMatch(/\S/)
})

test.each([
  `/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`,
  `/client/v4/accounts/${ACCOUNT}/ai/run`,
  `/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`,
  `${gateway}/${MODEL}`,
  `${gateway}/v1/chat/completions`,
])('wants the token at %s', async (path) => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
    const { status, body } = await post(`${emulator.url}${path}`, hello, headers)
    expect(status).toBe(401)
    expect(body.errors).toEqual([{ code: 10_000, message: 'Authentication error' }])
  }
})
