import { runWithTools } from '@cloudflare/ai-utils'
import { openScene } from '@drover/emulator/scene'
import { generateText, isStepCount, streamText, tool } from 'ai'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createWorkersAI } from 'workers-ai-provider'
import * as z from 'zod'
import { ANSWER, CALL, QUESTION, SUNNY, WEATHER } from '../clients/weather.ts'

// Its declarations leave out the file extensions that TypeScript asks of them.
declare module '@cloudflare/ai-utils' {
  export function runWithTools(
    ai: Ai,
    model: string,
    input: { readonly messages: readonly object[]; readonly tools: readonly object[] },
    config?: { readonly streamFinalResponse: boolean },
  ): Promise<unknown>
}

const MODEL = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const replies = [{ toolCalls: [CALL] }, { text: ANSWER }]

const weather = { ...WEATHER, function: () => Promise.resolve(JSON.stringify(SUNNY)) }
const question = { messages: [{ role: 'user', content: QUESTION }], tools: [weather] }

test('`runWithTools` of `@cloudflare/ai-utils` chats through the class of workerd', async () => {
  await using scene = await openScene({
    emulator: env.AI,
    replies: [{ text: 'Let me see.' }, { text: ANSWER }],
  })
  // It asks a second time, without tools, whatever was said first.
  expect(await runWithTools(env.AI, MODEL, question)).toMatchObject({ response: ANSWER })
  await scene.assertComplete()
})

test('`runWithTools` of `@cloudflare/ai-utils` runs a tool', async () => {
  await using scene = await openScene({ emulator: env.AI, replies })
  expect(await runWithTools(env.AI, MODEL, question)).toMatchObject({ response: ANSWER })
  const { inputs } = (await scene.requests())[1] ?? {}
  expect(inputs).toMatchObject({
    messages: [
      { role: 'user' },
      { role: 'assistant' },
      { role: 'tool', name: CALL.toolName, content: JSON.stringify(JSON.stringify(SUNNY)) },
    ],
  })
  await scene.assertComplete()
})

test('`runWithTools` of `@cloudflare/ai-utils` streams the last answer', async () => {
  await using scene = await openScene({ emulator: env.AI, replies })
  const stream = await runWithTools(env.AI, MODEL, question, { streamFinalResponse: true })
  if (!(stream instanceof ReadableStream)) throw new TypeError('Expected a stream.')
  const frames = (await new Response(stream).text()).match(/^data: \{.*$/gm) ?? []
  const texts = frames.map((frame) => String(JSON.parse(frame.slice(6)).response ?? ''))
  expect(texts.join('')).toBe(ANSWER)
  await scene.assertComplete()
})

const tools = {
  get_weather: tool({
    description: WEATHER.description,
    inputSchema: z.object({ city: z.string().describe('City name') }),
    execute: () => Promise.resolve(SUNNY),
  }),
}

test('`workers-ai-provider` runs tools through the class of workerd', async () => {
  await using scene = await openScene({ emulator: env.AI, replies })
  const { text, steps } = await generateText({
    model: createWorkersAI({ binding: env.AI })(MODEL),
    prompt: QUESTION,
    tools,
    stopWhen: isStepCount(3),
  })
  expect(text).toBe(ANSWER)
  expect(steps[0]?.toolResults).toMatchObject([{ ...CALL, output: SUNNY }])
  await scene.assertComplete()
})

test('`workers-ai-provider` streams through the class of workerd', async () => {
  await using scene = await openScene({ emulator: env.AI, replies })
  const result = streamText({
    model: createWorkersAI({ binding: env.AI })(MODEL),
    prompt: QUESTION,
    tools,
    stopWhen: isStepCount(3),
  })
  const texts: string[] = []
  for await (const part of result.textStream) texts.push(part)
  expect(texts.join('')).toBe(ANSWER)
  expect(texts.length).toBeGreaterThan(2)
  await scene.assertComplete()
})
