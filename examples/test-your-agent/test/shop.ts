import type { Shop } from '../src/refund-agent.ts'

/** A shop with one order, that remembers what was paid back. */
export function createShop(): Shop & { readonly refunds: readonly string[] } {
  const refunds: string[] = []
  return {
    refunds,
    totalOf: (orderId) => (orderId === 'A-17' ? 4200 : undefined),
    refund: (orderId, cents) => void refunds.push(`${orderId}: ${cents}`),
  }
}
