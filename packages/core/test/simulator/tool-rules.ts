import type { JsonValue } from '@drover/core'

/** Above this, a refund needs a person's approval. */
export const FREE_REFUND = 50

/** A run may report so often. */
export const MAX_REPORTS = 2

/** Whether a person must have allowed a call. */
export function needsApproval(toolName: string, given: JsonValue): boolean {
  if (toolName === 'send_mail') return true
  const { amount } = Object(given) as { amount?: unknown } // Object() of anything can be looked at
  return toolName === 'refund' && Number(amount) > FREE_REFUND
}
