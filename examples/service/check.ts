import { startEmulator, type ModelSource } from '@drover/emulator'
import { rest } from '@drover/rest'
import { serve } from '@hono/node-server'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createApp, type AppOptions } from './app.ts'

// Starts the service on a free port, asks it over HTTP, and looks at the answers.

type Settings = Pick<AppOptions, 'timeoutMs'> & { readonly model?: ModelSource }
type Ask = (body: string) => Promise<{ readonly status: number; readonly body: unknown }>

await withService({}, async (ask) => {
  const { status, body } = await ask('{ "question": "Where is order 1042?" }')
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(body, { stopReason: 'answer', steps: 2 })
  assert.match(JSON.stringify(body), /Lisbon/)

  for (const wrong of ['', 'no JSON', '{}', '{ "question": " " }', '{ "question": 7 }']) {
    const refused = await ask(wrong)
    assert.equal(refused.status, 400)
    assert.partialDeepStrictEqual(refused.body, { error: { code: 'request.invalid' } })
  }
  assert.equal((await ask(JSON.stringify({ question: 'long '.repeat(4000) }))).status, 413)
})

// The day's free allocation is used up: an answer of the service that no retry changes.
const exhausted: ModelSource = { name: 'exhausted', reply: () => ({ error: { code: 3036 } }) }
await withService({ model: exhausted }, async (ask) => {
  const { status, body } = await ask('{ "question": "Where is order 1042?" }')
  assert.equal(status, 503)
  assert.deepEqual(body, {
    error: { code: 'http.quota', message: 'The question could not be answered now.' },
  })
})

const silent: ModelSource = { name: 'silent', reply: () => new Promise(() => {}) }
await withService({ model: silent, timeoutMs: 50 }, async (ask) => {
  const { status, body } = await ask('{ "question": "Where is order 1042?" }')
  assert.equal(status, 504)
  assert.partialDeepStrictEqual(body, { error: { code: 'timeout' } })
})
console.log('service: all as it should be')

async function withService(
  { model, ...settings }: Settings,
  use: (ask: Ask) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator(model === undefined ? {} : { model })
  const backend = rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
  const app = createApp({ backend, ...settings })
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  try {
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    await use(async (body) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`http://127.0.0.1:${address.port}/ask`, {
        method: 'POST',
        headers,
        body,
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      return { status: response.status, body: isJson ? JSON.parse(text) : text }
    })
  } finally {
    server.close()
    await emulator.close()
  }
}
