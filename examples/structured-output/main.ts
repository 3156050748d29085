import { createAgent, generate, tool } from '@drover/core'
import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import assert from 'node:assert/strict'
import * as z from 'zod'

// Mails come in as text; what goes on with them is code, and code wants data. Both schemas below are all that says so.

const { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: apiToken } = process.env

// Without credentials, a Workers AI on this machine answers: a rehearsal by rules, not a language model.
const emulator = accountId || apiToken ? undefined : await startEmulator()
const backend = emulator
  ? rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
  : rest({ accountId: accountId ?? '', apiToken: apiToken ?? '' })
const model = '@cf/meta/llama-3.1-8b-instruct-fast'

const orders = new Map([
  [1042, { orderNumber: 1042, customer: 'Amina Diallo', status: 'delayed', total: 79.8 }],
  [1043, { orderNumber: 1043, customer: 'Jonas Weber', status: 'shipped', total: 12.5 }],
])

const findOrder = tool({
  name: 'find_order',
  description: 'Looks up an order: customer, status and total.',
  input: z.object({ orderNumber: z.number().int().describe('Order number, such as 1042') }),
  effect: 'read',
  execute: ({ orderNumber }) => orders.get(orderNumber) ?? `There is no order ${orderNumber}.`,
})

/** What a mail says by itself. */
const Mail = z.object({
  orderNumber: z.number().int().describe('Order number, such as 1042'),
})

/** What is known of a case once the order was looked up. */
const Case = z.object({
  orderNumber: z.number().int().describe('Order number'),
  customer: z.string().min(1).describe('Name of the customer'),
  status: z.enum(['shipped', 'delayed', 'lost']).describe('Status of the order'),
  total: z.number().nonnegative().describe('Total of the order, in euros'),
})

const clerk = createAgent({
  backend,
  model,
  instructions: 'You handle mails about orders. Look the order up before you answer.',
  tools: [findOrder],
  // The first call of each run is this one, whatever the model would rather do.
  toolChoice: { toolName: 'find_order' },
  output: Case,
})

const mails = ['Order 1042 has not come yet, and it is a gift!', 'Thanks for order 1043, all fine.']

try {
  const late: string[] = []
  for (const text of mails) {
    // One plain call: the data stands in the text.
    const { output: mail } = await generate({ backend, model, messages: text, output: Mail })
    // A run with tools: the data has to be found out.
    const { output, steps } = await clerk.run(`A mail on order ${mail.orderNumber}: ${text}`)
    console.log(`${output.customer}, order ${output.orderNumber}: ${output.status}`)
    // `output` is typed: a status that is not in the schema does not compile.
    if (output.status === 'delayed') late.push(output.customer)
    assert.deepEqual(output, orders.get(mail.orderNumber))
    assert.equal(steps[0]?.toolCalls[0]?.toolName, 'find_order')
  }
  console.log(`to be called: ${late.join(', ')}`)
  // What this example shows is asserted whenever it runs.
  assert.deepEqual(late, ['Amina Diallo'])
} finally {
  await emulator?.close()
}
