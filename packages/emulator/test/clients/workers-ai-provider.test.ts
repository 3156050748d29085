import { APICallError, generateText, isStepCount, streamText, tool } from 'ai'
import type { LanguageModel } from 'ai'
import { expect, test } from 'vitest'
import { createWorkersAI } from 'workers-ai-provider'
import * as z from 'zod'
import type { Emulator } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT } from '../client.ts'
import { ANSWER, CALL, QUESTION, SUNNY, WEATHER } from './weather.ts'

const MODELS = ['@cf/meta/llama-3.3-70b-instruct-fp8-fast', '@cf/zai-org/glm-4.7-flash'] as const

// It takes no address, but a `fetch`, which is meant for this.
function connect(
  { url }: Emulator,
  model: (typeof MODELS)[number],
  settings: { readonly gateway?: { readonly id: string } } = {},
): LanguageModel {
  const redirected: typeof fetch = (input, init) => {
    if (typeof input !== 'string') throw new TypeError('Expected an address as text.')
    return fetch(input.replace(/^https:\/\/(?:api|gateway\.ai)\.cloudflare\.com/, url), init)
  }
  const credentials = { accountId: ACCOUNT, apiKey: 'token', fetch: redirected }
  return createWorkersAI({ ...credentials, ...settings })(model)
}

const tools = {
  get_weather: tool({
    description: WEATHER.description,
    inputSchema: z.object({ city: z.string().describe('City name') }),
    execute: () => Promise.resolve(SUNNY),
  }),
}

test.each(MODELS)('`workers-ai-provider` chats with %s', async (model) => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const { text, usage } = await generateText({ model: connect(emulator, model), prompt: QUESTION })
  expect(text).toBe(ANSWER)
  expect(usage.outputTokens).toBeGreaterThan(0)
})

test.each(MODELS)('`workers-ai-provider` runs tools with %s', async (model) => {
  const source = script([{ toolCalls: [CALL] }, { text: ANSWER }])
  await using emulator = await startEmulator({ model: source })
  const { text, steps } = await generateText({
    model: connect(emulator, model),
    prompt: QUESTION,
    tools,
    stopWhen: isStepCount(3),
  })
  expect(text).toBe(ANSWER)
  expect(steps[0]?.toolResults).toMatchObject([{ ...CALL, output: SUNNY }])
  source.assertComplete()
})

test.each(MODELS)('`workers-ai-provider` streams tools and text with %s', async (model) => {
  const source = script([{ toolCalls: [CALL] }, { text: ANSWER }])
  await using emulator = await startEmulator({ model: source })
  const result = streamText({
    model: connect(emulator, model),
    prompt: QUESTION,
    tools,
    stopWhen: isStepCount(3),
  })
  const texts: string[] = []
  for await (const part of result.textStream) texts.push(part)
  expect(texts.join('')).toBe(ANSWER)
  expect(texts.length).toBeGreaterThan(2)
  expect((await result.steps)[0]?.toolCalls).toMatchObject([CALL])
  source.assertComplete()
})

test('`workers-ai-provider` knows what may be tried again', async () => {
  await using emulator = await startEmulator({ model: script([{ error: { code: 3040 } }]) })
  const asked = generateText({
    model: connect(emulator, MODELS[0]),
    prompt: QUESTION,
    maxRetries: 0,
  })
  const error: unknown = await asked.then(String, (reason: unknown) => reason)
  expect(APICallError.isInstance(error) && error.isRetryable).toBe(true)
})

test('`workers-ai-provider` goes through an AI Gateway', async () => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const model = connect(emulator, MODELS[0], { gateway: { id: 'mine' } })
  expect((await generateText({ model, prompt: QUESTION })).text).toBe(ANSWER)
  expect(emulator.requests[0]?.path).toBe(`/v1/${ACCOUNT}/mine/workers-ai/run/${MODELS[0]}`)
})
