import { createAgent, tool } from '@drover/core'
import { rest } from '@drover/rest'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { script, startEmulator } from '../src/index.ts'
import { ACCOUNT, MODEL } from './client.ts'

const stock = tool({
  name: 'get_stock',
  description: 'How many pieces of a product are in stock, by warehouse.',
  input: z.object({
    product: z.string().describe('Name of the product'),
    warehouse: z.enum(['north', 'south']).optional().describe('Only this warehouse'),
    filter: z
      .object({ minimum: z.int().min(0).describe('At least this many') })
      .optional()
      .describe('Leave out what is less'),
  }),
  effect: 'read',
  execute: ({ product, warehouse }) => ({ product, warehouse: warehouse ?? 'all', pieces: 12 }),
})

test('an agent with zod tools runs on a rehearsal over HTTP', async () => {
  await using emulator = await startEmulator()
  const backend = rest({ accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url })
  const agent = createAgent({ backend, model: MODEL, tools: [stock] })
  const result = await agent.run('How many "blue lamps" are in stock in the south warehouse?')
  expect(result.stopReason).toBe('answer')
  expect(result.steps).toHaveLength(2)
  expect(result.text).toContain('pieces: 12')
  const calls = result.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  )
  expect(calls).toMatchObject([
    { toolName: 'get_stock', input: { product: 'blue lamps', warehouse: 'south' } },
  ])
  expect(result.usage.neurons).toBeGreaterThan(0)
  expect(emulator.requests.map(({ status }) => status)).toEqual([200, 200])
})

test('a rehearsal of any dialect answers from what it knows when a run reaches its steps', async () => {
  await using emulator = await startEmulator()
  const backend = rest({ accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url })
  for (const model of [MODEL, '@cf/zai-org/glm-4.7-flash']) {
    const agent = createAgent({ backend, model, tools: [stock], maxSteps: 1 })
    const result = await agent.run('How many "blue lamps" are in stock in the south warehouse?')
    expect(result.stopReason).toBe('max-steps')
    expect(result.text).toContain('pieces: 12')
  }
})

test('an agent follows a script over HTTP', async () => {
  const model = script([
    { toolCalls: [{ toolName: 'get_stock', input: { product: 'lamp' } }] },
    { text: 'Twelve.' },
  ])
  await using emulator = await startEmulator({ model })
  const backend = rest({ accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url })
  const agent = createAgent({ backend, model: MODEL, tools: [stock] })
  const result = await agent.run('How many lamps?')
  expect(result.text).toBe('Twelve.')
  model.assertComplete()
})

test('a tool that fails with a way out is called once more, as it says', async () => {
  const cities = ['Lisbon', 'Porto']
  const weather = tool({
    name: 'get_weather',
    description: 'Current weather in a city',
    input: z.object({ city: z.string().describe('City name') }),
    effect: 'read',
    execute: ({ city }) => {
      if (!cities.includes(city)) throw new Error(`Unknown city. Did you mean "${cities[0]}"?`)
      return { city, celsius: 21 }
    },
  })
  await using emulator = await startEmulator()
  const backend = rest({ accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url })
  const agent = createAgent({ backend, model: MODEL, tools: [weather] })
  const result = await agent.run('Is it warm in Lisbn?')
  expect(result.steps).toHaveLength(3)
  expect(result.text).toContain('`get_weather` for Lisbon gave: city: Lisbon, celsius: 21')
})
