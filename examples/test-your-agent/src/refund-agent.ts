import { createAgent, tool, type Agent, type Backend } from '@drover/core'
import { zodMini } from '@drover/core/zod-mini'
import * as z from 'zod/mini'

/** Where orders are; a test brings its own. */
export interface Shop {
  readonly totalOf: (orderId: string) => number | undefined
  readonly refund: (orderId: string, cents: number) => void
}

const orderId = z.string().check(z.describe('Such as A-17'))
const cents = z.int().check(z.describe('In cents'))

/** An agent that looks orders up, and refunds no more than was paid. The backend is handed in: that makes it testable. */
export function createRefundAgent(backend: Backend, shop: Shop): Agent {
  const findOrder = tool({
    name: 'find_order',
    description: 'What an order cost.',
    input: zodMini(z.object({ orderId })),
    effect: 'read',
    execute: (input) => {
      const total = shop.totalOf(input.orderId)
      if (total === undefined) throw new Error(`There is no order ${input.orderId}.`)
      return { totalCents: total }
    },
  })
  const refundOrder = tool({
    name: 'refund_order',
    description: 'Pays money back for an order.',
    input: zodMini(z.object({ orderId, cents })),
    effect: 'once',
    execute: (input) => {
      const total = shop.totalOf(input.orderId) ?? 0
      if (input.cents > total) throw new Error(`At most ${total} cents can be paid back.`)
      shop.refund(input.orderId, input.cents)
      return { refundedCents: input.cents }
    },
  })
  return createAgent({
    backend,
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    instructions: 'You handle refunds. Look the order up before you refund it.',
    tools: [findOrder, refundOrder],
  })
}
