import { forbidModelRequests, scriptedBackend } from '@drover/core/testing'
import { beforeAll, expect, test } from 'vitest'
import { createRefundAgent } from '../src/refund-agent.ts'
import { createShop } from './shop.ts'

// The agent on its own: what it does with what a model says. No server, no wire.

beforeAll(() => {
  forbidModelRequests()
})

test('looks the order up, refunds it and says so', async () => {
  const shop = createShop()
  const backend = scriptedBackend([
    { toolCalls: [{ toolName: 'find_order', input: { orderId: 'A-17' } }] },
    { toolCalls: [{ toolName: 'refund_order', input: { orderId: 'A-17', cents: 4200 } }] },
    'You get 42 € back.',
  ])
  const { text } = await createRefundAgent(backend, shop).run('I want my money back for A-17.')
  expect(text).toBe('You get 42 € back.')
  expect(shop.refunds).toEqual(['A-17: 4200'])
  backend.assertComplete()
})

test('a model that wants to pay back too much is told why not', async () => {
  const shop = createShop()
  const backend = scriptedBackend([
    { toolCalls: [{ toolName: 'refund_order', input: { orderId: 'A-17', cents: 999_999 } }] },
    'That is more than you paid.',
  ])
  const { messages } = await createRefundAgent(backend, shop).run('Give me 9,999.99 €.')
  const told = messages.find(({ role }) => role === 'tool')
  expect(told?.content).toContain('At most 4200 cents')
  expect(shop.refunds).toEqual([])
})
