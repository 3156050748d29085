import { createAgent, generate, tool } from '@drover/core'
import { rest } from '@drover/rest'
import { startEmulator } from '@drover/emulator'
import { expect, test } from 'vitest'
import * as z from 'zod'

const orders = tool({
  name: 'find_order',
  description: 'Looks up an order: customer, total and status',
  input: z.object({ orderNumber: z.number().int().describe('Order number') }),
  effect: 'read',
  execute: ({ orderNumber }) => ({ orderNumber, total: 79.8, status: 'delayed' }),
})
const Report = z.object({
  orderNumber: z.number().int().describe('Order number'),
  status: z.string().describe('Status of the order'),
})
const report = { orderNumber: 1042, status: 'delayed' }

test.for([
  '@cf/meta/llama-3.1-8b-instruct-fast',
  '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
  '@cf/meta/llama-4-scout-17b-16e-instruct',
  '@cf/qwen/qwen3-30b-a3b-fp8',
])('a run against the rehearsal gives its output (%s)', async (model) => {
  await using emulator = await startEmulator()
  const backend = rest({ accountId: 'any', apiToken: 'any', baseUrl: emulator.url })
  const agent = createAgent({ backend, model, tools: [orders], output: Report })
  const result = await agent.run('Where is order 1042?')
  expect(result.steps[0]?.toolCalls).toMatchObject([{ toolName: 'find_order' }])
  expect(result.output).toEqual(report)
})

test('a call that is wanted is made, and none where none is', async () => {
  await using emulator = await startEmulator()
  const backend = rest({ accountId: 'any', apiToken: 'any', baseUrl: emulator.url })
  const ask = { backend, model: '@cf/qwen/qwen3-30b-a3b-fp8', tools: [orders] }
  const forced = await generate({
    ...ask,
    messages: 'Hello 7',
    toolChoice: { toolName: 'find_order' },
  })
  expect(forced.toolCalls).toMatchObject([{ input: { orderNumber: 7 } }])
  const none = await generate({ ...ask, messages: 'Where is order 1042?', toolChoice: 'none' })
  expect(none.toolCalls).toEqual([])
})
