import { openScene, type ModelReply } from '@drover/emulator/scene'
import { rest } from '@drover/rest'
import { expect, test } from 'vitest'
import { createRefundAgent } from '../src/refund-agent.ts'
import { createShop } from './shop.ts'

// The agent over HTTP: bytes, schemas, errors and streams are those of the service.

const find: ModelReply = {
  toolCalls: [{ toolName: 'find_order', input: { orderId: 'A-17' } }],
}
const refund: ModelReply = {
  toolCalls: [{ toolName: 'refund_order', input: { orderId: 'A-17', cents: 4200 } }],
}

async function run(replies: readonly ModelReply[]) {
  await using scene = await openScene({ replies })
  const shop = createShop()
  const backend = rest({ accountId: 'any', apiToken: 'any', baseUrl: scene.url })
  const result = await createRefundAgent(backend, shop).run('I want my money back for A-17.')
  await scene.assertComplete()
  return { ...result, refunds: shop.refunds, requests: await scene.requests() }
}

test('what is sent passes the validator of the service', async () => {
  const { refunds, requests } = await run([find, refund, { text: 'Done.' }])
  expect(refunds).toEqual(['A-17: 4200'])
  expect(requests.map(({ status }) => status)).toEqual([200, 200, 200])
})

test.each<readonly [habit: string, reply: ModelReply]>([
  [
    'its call as text',
    { text: '{"name": "refund_order", "parameters": {"orderId": "A-17", "cents": 4200}}' },
  ],
  [
    'its call in a sentence',
    {
      text: 'I will refund it now. {"name": "refund_order", "parameters": {"orderId": "A-17", "cents": 4200}}',
    },
  ],
  [
    'numbers as text',
    { toolCalls: [{ toolName: 'refund_order', input: { orderId: 'A-17', cents: '4200' } }] },
  ],
])('a model that writes %s refunds once all the same', async (_, reply) => {
  const { refunds, text } = await run([find, reply, { text: 'Done.' }])
  expect(refunds).toEqual(['A-17: 4200'])
  expect(text).toBe('Done.')
})

test('an overloaded service is asked again, and nothing is paid twice', async () => {
  const busy: ModelReply = { error: { code: 3040, retryAfter: 0 } }
  const { refunds, requests } = await run([find, busy, refund, busy, { text: 'Done.' }])
  expect(refunds).toEqual(['A-17: 4200'])
  expect(requests.map(({ status }) => status)).toEqual([200, 429, 200, 429, 200])
})
