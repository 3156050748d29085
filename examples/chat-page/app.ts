import { createAgent, DroverError, type Backend, type ErrorRecord } from '@drover/core'
import { readUIMessages, toUIMessageStreamResponse } from '@drover/core/response'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deskTools } from './tools.ts'

/** What the application needs. */
export interface AppOptions {
  readonly backend: Backend
  /** What answers, in words for the visitor. */
  readonly answeredBy: string
  /** The page's files, ready to be sent. */
  readonly page: PageFiles
}

/** The page as text. */
export interface PageFiles {
  readonly html: string
  readonly script: string
  readonly style: string
}

// Streams its text in turns with tools too; see `streamsTools` in the model's profile.
const MODEL = '@cf/zai-org/glm-4.7-flash'

// The page runs nothing and reaches nothing but this server.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A chat page and the endpoint behind it, where `useChat` looks for it: `POST /api/chat`. */
export function createApp({ backend, answeredBy, page }: AppOptions): Hono {
  const app = new Hono()
  const agent = createAgent({
    backend,
    model: MODEL,
    instructions: `You are the desk of a small museum. Today is ${new Date().toISOString().slice(0, 10)}.
Look things up before you speak of them. Answer in a few short sentences.`,
    tools: deskTools,
    maxSteps: 6,
  })

  app.use(async (c, next) => {
    await next()
    c.header('content-security-policy', POLICY)
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
  })

  app.post('/api/chat', bodyLimit({ maxSize: 500_000 }), async (c) => {
    // Another site's page cannot send this type without asking first, and is not allowed to.
    if (c.req.header('content-type') !== 'application/json') return c.text('Send JSON.', 415)
    const body: unknown = await c.req.json().catch(() => undefined)
    const messages = readUIMessages(Object(body).messages)
    // A page that presses stop hangs up. The response then leaves the stream, and that aborts the run.
    return toUIMessageStreamResponse(agent.stream(messages), { describeError })
  })

  const { html, script, style } = page
  app.get('/', (c) => c.html(html.replace('{answered-by}', answeredBy)))
  app.get('/page.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }))
  app.get('/page.css', (c) => c.body(style, 200, { 'content-type': 'text/css' }))

  app.onError((error, c) => {
    const isTheirs = DroverError.is(error) && error.code === 'config.input'
    if (!isTheirs) console.error(error)
    return c.text(isTheirs ? error.message : 'Something is wrong here.', isTheirs ? 400 : 500)
  })
  return app
}

/** What a visitor is told; what was wrong in full is in the run's events. */
function describeError({ code }: ErrorRecord): string {
  if (code === 'http.quota')
    return 'The desk has answered all it may for today. Come back tomorrow.'
  if (code === 'http.rate_limited' || code === 'http.capacity') {
    return 'The desk is busy. Try again in a moment.'
  }
  return `The answer broke off (${code}).`
}
