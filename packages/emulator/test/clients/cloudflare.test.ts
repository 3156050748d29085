import Cloudflare, { AuthenticationError, BadRequestError } from 'cloudflare'
import { expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'
import { ANSWER, CALL, QUESTION, WEATHER } from './weather.ts'

const messages = [{ role: 'user', content: QUESTION }]

function connect({ url }: Emulator, apiToken = 'token'): Cloudflare {
  return new Cloudflare({ apiToken, baseURL: `${url}/client/v4`, maxRetries: 1 })
}

test('`ai.run` of the `cloudflare` SDK chats', async () => {
  const model = script([{ text: ANSWER }])
  await using emulator = await startEmulator({ model })
  const result = await connect(emulator).ai.run(MODEL, { account_id: ACCOUNT, messages })
  expect(result).toMatchObject({ response: ANSWER, usage: { prompt_tokens: expect.any(Number) } })
  expect(emulator.requests[0]?.inputs).toEqual({ messages })
  model.assertComplete()
})

test('`ai.run` of the `cloudflare` SDK gets calls', async () => {
  await using emulator = await startEmulator({ model: script([{ toolCalls: [CALL] }]) })
  const params = { account_id: ACCOUNT, messages, tools: [{ ...WEATHER }] }
  const result = await connect(emulator).ai.run(MODEL, params)
  expect(result).toMatchObject({ tool_calls: [{ name: CALL.toolName, arguments: CALL.input }] })
})

test('`ai.run` of the `cloudflare` SDK hands out a stream as a response', async () => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const params = { account_id: ACCOUNT, messages, stream: true }
  const response = await connect(emulator).ai.run(MODEL, params).asResponse()
  const body = await response.text()
  const frames = body.split('\n\n').filter((frame) => frame !== '')
  expect(frames.pop()).toBe('data: [DONE]')
  const texts = frames.map((frame) => String(JSON.parse(frame.slice('data: '.length)).response))
  expect(texts.join('')).toBe(ANSWER)
})

test('the `cloudflare` SDK knows the errors for what they are, and tries again after a 429', async () => {
  const model = script([{ error: { code: 3040, retryAfter: 0 } }, { text: ANSWER }])
  await using emulator = await startEmulator({ model, apiToken: 'token' })
  const run = (token: string, input: object): Promise<unknown> =>
    connect(emulator, token).ai.run(MODEL, { account_id: ACCOUNT, messages, ...input })
  await expect(run('wrong', {})).rejects.toBeInstanceOf(AuthenticationError)
  await expect(run('token', { messages: 7 })).rejects.toBeInstanceOf(BadRequestError)
  expect(await run('token', {})).toMatchObject({ response: ANSWER })
  model.assertComplete()
})

test('the `cloudflare` SDK lists the models and reads a schema', async () => {
  await using emulator = await startEmulator()
  const { ai } = connect(emulator)
  const names: unknown[] = []
  for await (const model of ai.models.list({ account_id: ACCOUNT })) names.push(model)
  expect(names).toContainEqual(expect.objectContaining({ name: MODEL }))
  const schema = await ai.models.schema.get({ account_id: ACCOUNT, model: MODEL })
  expect(schema).toMatchObject({ input: expect.anything(), output: expect.anything() })
})
