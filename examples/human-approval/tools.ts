import { tool, type Tool } from '@drover/core'
import { appendFile } from 'node:fs/promises'
import * as z from 'zod'

/** Payments above this wait for a person. */
export const FREE_EUROS = 50

const expenses: readonly { id: string; what: string; euros: number }[] = [
  { id: 'E-7', what: 'Train to Porto', euros: 38.5 },
  { id: 'E-8', what: 'Two nights in Porto', euros: 240 },
]

/** What the agent can do. Payments are written into a ledger, a line each: it is the outside world of this example. */
export const createTools = (ledger: string): readonly Tool[] => [
  tool({
    name: 'list_expenses',
    description: 'Lists the expenses that are not paid yet, with their ids and amounts in euros.',
    input: z.object({}),
    effect: 'read',
    execute: () => expenses,
  }),
  tool({
    name: 'pay_expense',
    description: 'Pays one expense, by its id and amount in euros.',
    input: z.object({
      id: z
        .string()
        .regex(/^E-\d+$/)
        .describe('Expense id, such as E-7'),
      euros: z.number().positive().describe('Amount in euros'),
    }),
    approval: ({ euros }) => euros > FREE_EUROS,
    execute: async ({ id, euros }, { idempotencyKey }) => {
      await appendFile(ledger, `${JSON.stringify({ id, euros, idempotencyKey })}\n`)
      return `Paid ${euros.toFixed(2)} EUR for ${id}.`
    },
  }),
]
