import { DroverError, runTools, tool, type Backend, type DroverErrorCode } from '@drover/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as z from 'zod'

/** What the service needs. */
export interface AppOptions {
  readonly backend: Backend
  /** How long one question may take, model calls and tools together. @default 30_000 */
  readonly timeoutMs?: number
}

const MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'
const INSTRUCTIONS = `You answer customers of a bookshop about their orders.
Look an order up before you speak of it. Answer in one or two sentences.`

const Question = z.object({ question: z.string().trim().min(1).max(2000) })

const limit = bodyLimit({
  maxSize: 10_000,
  onError: (c) =>
    c.json({ error: { code: 'request.too_large', message: 'At most 10,000 bytes.' } }, 413),
})

/** A service with one endpoint: `POST /ask` takes `{ question }` and gives `{ answer, stopReason, steps, usage }`. */
export function createApp({ backend, timeoutMs = 30_000 }: AppOptions): Hono {
  const app = new Hono()

  app.post('/ask', limit, async (c) => {
    const body = Question.safeParse(await c.req.json().catch(() => undefined))
    if (!body.success) {
      return c.json(
        { error: { code: 'request.invalid', message: z.prettifyError(body.error) } },
        400,
      )
    }
    const result = await runTools({
      backend,
      model: MODEL,
      instructions: INSTRUCTIONS,
      messages: body.data.question,
      tools: [findOrder, findBook],
      maxSteps: 5,
      // Whichever comes first: the caller hung up, or the time is up. It reaches the model request and the tools.
      signal: AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(timeoutMs)]),
    })
    const { text, stopReason, steps, usage } = result
    return c.json({ answer: text, stopReason, steps: steps.length, usage })
  })

  app.onError((error, c) => {
    const { status, code } = describe(error)
    console.error(`${c.req.method} ${c.req.path}: ${status} ${code}: ${error.message}`)
    // What is wrong with our set-up is for our log only.
    const message = status < 500 ? error.message : 'The question could not be answered now.'
    return c.json({ error: { code, message } }, status)
  })
  return app
}

// The shop's data. A tool closes over whatever the service has: a database, another service, the caller's session.
const orders = new Map([
  [1042, { book: 'B7', status: 'shipped', carrier: 'CTT', arrives: '2026-11-24', city: 'Lisbon' }],
  [1043, { book: 'B2', status: 'waiting for payment', city: 'Porto' }],
])
const books = new Map([
  ['B2', { title: 'The Sea Around Us', price: 14.5, inStock: 3 }],
  ['B7', { title: 'The Log from the Sea of Cortez', price: 18, inStock: 0 }],
])

const findOrder = tool({
  name: 'find_order',
  description: 'Looks up an order by its number: status, carrier, day of arrival, book.',
  input: z.object({ orderNumber: z.int().describe('Number of the order, such as 1042') }),
  effect: 'read',
  execute: ({ orderNumber }) => orders.get(orderNumber) ?? `There is no order ${orderNumber}.`,
})

const findBook = tool({
  name: 'find_book',
  description: 'Looks up a book by its code: title, price in euros, copies in stock.',
  input: z.object({ bookCode: z.string().max(10).describe('Code of the book, such as B7') }),
  effect: 'read',
  execute: ({ bookCode }) => books.get(bookCode) ?? `There is no book ${bookCode}.`,
})

function describe(error: Error): { status: ContentfulStatusCode; code: string } {
  if (DroverError.is(error)) return { status: statuses[error.code], code: error.code }
  if (error.name === 'TimeoutError') return { status: 504, code: 'timeout' }
  return { status: 500, code: 'internal' }
}

// The codes are a closed list: when Drover gets a new one, this stops compiling.
const statuses: Readonly<Record<DroverErrorCode, ContentfulStatusCode>> = {
  // The caller's
  'config.input': 400,
  'model.refused': 422,
  'http.context_window': 413,
  'http.too_large': 413,
  'security.approval': 409,
  // Ours
  'config.invalid': 500,
  'config.tool': 500,
  'config.model': 500,
  'config.credentials': 500,
  'http.auth': 500,
  'http.forbidden': 500,
  'http.not_found': 500,
  'http.bad_request': 500,
  'model.retired': 500,
  'security.limit': 500,
  'test.unscripted': 500,
  // The model's
  'model.empty': 502,
  'model.no_call': 502,
  'model.no_output': 502,
  'reply.truncated': 502,
  'model.json_mode': 502,
  'http.protocol': 502,
  'stream.cut': 502,
  'stream.malformed': 502,
  'stream.ambiguous': 502,
  'http.server': 502,
  'http.network': 502,
  // For now: worth another try later
  'http.rate_limited': 503,
  'http.capacity': 503,
  'http.quota': 503,
  'http.timeout': 504,
}
