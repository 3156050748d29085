import { createAgent, tool } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string().describe('City name') }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 21 }),
})

test('calls the tool a model asks for and gives the answer that follows', async () => {
  const backend = scriptedBackend([
    { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
    'It is 21 degrees in Lisbon.',
  ])
  const agent = createAgent({ backend, model, tools: [weather] })
  const result = await agent.run('Is it warm in Lisbon?')
  expect(result.text).toBe('It is 21 degrees in Lisbon.')
  expect(result.stopReason).toBe('answer')
  expect(result.steps).toHaveLength(2)
  expect(result.messages.map((message) => message.role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
  ])
  backend.assertComplete()
})

test('a plain answer costs exactly one request', async () => {
  const backend = scriptedBackend(['Hello.'])
  const result = await createAgent({ backend, model, tools: [weather] }).run('Hi')
  expect(result.usage.requests).toBe(1)
  expect(backend.requests).toHaveLength(1)
})
