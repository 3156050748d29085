import OpenAI, { AuthenticationError, RateLimitError } from 'openai'
import { expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'
import { ANSWER, CALL, QUESTION, SUNNY, WEATHER } from './weather.ts'

const models = [MODEL, '@cf/zai-org/glm-4.7-flash']
const messages = [{ role: 'user', content: QUESTION } as const]
const tools = [{ type: 'function', function: { ...WEATHER } } as const]

function connect({ url }: Emulator, apiKey = 'token'): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: `${url}/client/v4/accounts/${ACCOUNT}/ai/v1`,
    maxRetries: 0,
  })
}

test.each(models)('the `openai` SDK chats with %s', async (model) => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const { choices, usage } = await connect(emulator).chat.completions.create({ model, messages })
  expect(choices).toMatchObject([{ message: { content: ANSWER }, finish_reason: 'stop' }])
  expect(usage?.completion_tokens).toBeGreaterThan(0)
})

test.each(models)('the `openai` SDK runs tools with %s', async (model) => {
  const source = script([{ toolCalls: [CALL] }, { text: ANSWER }])
  await using emulator = await startEmulator({ model: source })
  const runner = connect(emulator).chat.completions.runTools({
    model,
    messages,
    tools: [
      {
        type: 'function',
        function: { ...WEATHER, function: () => JSON.stringify(SUNNY) },
      },
    ],
  })
  expect(await runner.finalContent()).toBe(ANSWER)
  expect(runner.messages.filter(({ role }) => role === 'tool')).toMatchObject([
    { content: JSON.stringify(SUNNY) },
  ])
  source.assertComplete()
})

test.each(models)('the `openai` SDK streams text with %s', async (model) => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const texts: string[] = []
  const stream = await connect(emulator).chat.completions.create({ model, messages, stream: true })
  for await (const { choices } of stream) texts.push(choices[0]?.delta.content ?? '')
  expect(texts.join('')).toBe(ANSWER)
})

test('the `openai` SDK puts a streamed call together', async () => {
  await using emulator = await startEmulator({ model: script([{ toolCalls: [CALL] }]) })
  const model = '@cf/zai-org/glm-4.7-flash'
  const stream = connect(emulator).chat.completions.stream({ model, messages, tools })
  const { choices } = await stream.finalChatCompletion()
  expect(choices).toMatchObject([
    {
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [{ function: { name: CALL.toolName, arguments: JSON.stringify(CALL.input) } }],
      },
    },
  ])
})

test('the `openai` SDK knows the errors for what they are', async () => {
  const source = script([{ error: { code: 3040 } }])
  await using emulator = await startEmulator({ model: source, apiToken: 'token' })
  const ask = (token: string): Promise<unknown> =>
    connect(emulator, token).chat.completions.create({ model: MODEL, messages })
  await expect(ask('wrong')).rejects.toBeInstanceOf(AuthenticationError)
  await expect(ask('token')).rejects.toBeInstanceOf(RateLimitError)
})
