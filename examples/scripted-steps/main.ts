import { runTools, tool, toolCalled, type RunResult, type Tool } from '@drover/core'
import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

// Checks the invoices in `documents` against the orders. The way is fixed and written here as plain code; a model is
// asked only where a text has to be read or written, and each time it gets just the tool of its step.

const documents = join(import.meta.dirname, 'documents')
const { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: apiToken } = process.env

// Without credentials, a Workers AI on this machine answers: a rehearsal by rules, not a language model.
const emulator = accountId || apiToken ? undefined : await startEmulator()
const backend = emulator
  ? rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
  : rest({ accountId: accountId ?? '', apiToken: apiToken ?? '' })

const OrderNumber = z
  .string()
  .regex(/^P-\d+$/)
  .describe('Order number, such as P-100')

try {
  await checkInvoices()
} finally {
  await emulator?.close()
}

async function checkInvoices(): Promise<void> {
  const orders = await readOrders()

  // 1. In parallel: what does each invoice say?
  const files = (await readdir(documents)).filter((name) => name.startsWith('invoice-'))
  const invoices = await Promise.all(files.map(readInvoice))
  for (const { file, orderNumber, amount } of invoices) {
    console.log(`1  ${file}: order ${orderNumber}, ${amount.toFixed(2)} EUR`)
  }

  // 2. A branch: is it what was ordered? Comparing two numbers needs no model; writing to a supplier does.
  const payable: Invoice[] = []
  const held: Invoice[] = []
  for (const invoice of invoices) {
    const isRight = orders.get(invoice.orderNumber)?.amount === invoice.amount
    if (isRight) payable.push(invoice)
    else held.push(invoice)
  }
  for (const invoice of held) {
    console.log(`2  ${invoice.file}: held back\n${indent(await askSupplier(invoice, orders))}`)
  }

  // 3. What is to be paid?
  const total = await addUp(payable.map(({ amount }) => amount))
  console.log(`3  to be paid for ${payable.length} invoices: ${total.toFixed(2)} EUR`)

  // What this example shows is asserted whenever it runs.
  assert.deepEqual(payable.map(({ orderNumber }) => orderNumber).toSorted(), ['P-301', 'P-302'])
  assert.deepEqual(held, [{ file: 'invoice-oak.txt', orderNumber: 'P-303', amount: 660.5 }])
  assert.equal(total, 307.4)
}

interface Invoice {
  readonly file: string
  readonly orderNumber: string
  readonly amount: number
}

/** The model reads the text; what it found comes back as the input of a tool, so it has the right shape. */
async function readInvoice(file: string): Promise<Invoice> {
  let found: Invoice | undefined
  const recordInvoice = tool({
    name: 'record_invoice',
    description: 'Records the order number and the amount of an invoice.',
    input: z.object({
      orderNumber: OrderNumber,
      amount: z.number().positive().describe('Amount due, in euros'),
    }),
    effect: 'idempotent',
    execute: (input) => {
      found = { file, ...input }
      return 'recorded'
    },
  })
  const text = await readFile(join(documents, file), 'utf8')
  await ask(`Record this invoice:\n\n${text}`, recordInvoice, { isLast: true })
  return found ?? fail(`The model recorded nothing of ${file}.`)
}

/** The model looks the order up and writes what to ask the supplier. */
async function askSupplier(invoice: Invoice, orders: Orders): Promise<string> {
  const findOrder = tool({
    name: 'find_order',
    description: 'Looks up an order: supplier, goods and the amount agreed.',
    input: z.object({ orderNumber: OrderNumber }),
    effect: 'read',
    execute: (input) => orders.get(input.orderNumber) ?? `There is no order ${input.orderNumber}.`,
  })
  const { text } = await ask(
    `Look up order ${invoice.orderNumber}. Its invoice says ${invoice.amount} EUR: ` +
      'ask the supplier in two sentences why that is not the amount agreed.',
    findOrder,
  )
  return text
}

/** Models add badly: the tool adds, and its result is taken from the run, not from the model's words. */
async function addUp(amounts: readonly number[]): Promise<number> {
  const sum = tool({
    name: 'add_amounts',
    description: 'Adds amounts up.',
    input: z.object({ amounts: z.array(z.number()).describe('Amounts in euros') }),
    output: z.object({ total: z.number() }),
    effect: 'read',
    execute: (input) => ({
      // In cents: 212.00 + 95.40 is not 307.40 in binary fractions.
      total: input.amounts.reduce((cents, amount) => cents + Math.round(amount * 100), 0) / 100,
    }),
  })
  const { steps } = await ask(
    `Add up ${amounts.map((amount) => `${amount} EUR`).join(' and ')}.`,
    sum,
  )
  const output = steps[0]?.toolResults[0]?.output ?? fail('The model added nothing up.')
  return z.object({ total: z.number() }).parse(JSON.parse(output)).total
}

/** One step of the workflow: one question, one tool. With `isLast`, the tool's call is all that is wanted. */
function ask(
  question: string,
  step: Tool,
  { isLast = false }: { readonly isLast?: boolean } = {},
): Promise<RunResult> {
  return runTools({
    backend,
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    instructions: 'Do what is asked with the tool you have. Take every number as it is written.',
    messages: question,
    tools: [step],
    maxSteps: 3,
    ...(isLast && { stopWhen: toolCalled(step.name), closingCall: false }),
    signal: AbortSignal.timeout(60_000),
  })
}

type Orders = ReadonlyMap<string, { supplier: string; goods: string; amount: number }>

async function readOrders(): Promise<Orders> {
  const text = await readFile(join(documents, 'orders.csv'), 'utf8')
  const rows = text.trim().split('\n').slice(1)
  return new Map(
    rows.map((row) => {
      const [order = '', supplier = '', goods = '', amount = ''] = row.split(',')
      return [order, { supplier, goods, amount: Number(amount) }]
    }),
  )
}

function indent(text: string): string {
  return text.replace(/^/gm, '     ')
}

function fail(message: string): never {
  throw new Error(message)
}
