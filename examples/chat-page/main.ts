import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import { buildPage } from './build-page.ts'

const {
  CLOUDFLARE_ACCOUNT_ID: accountId,
  CLOUDFLARE_API_TOKEN: apiToken,
  PORT = '8787',
} = process.env

// Without credentials, a Workers AI on this machine answers: a rehearsal by rules, not a language model. A chunk every
// 40 ms is about as fast as a real model writes.
const emulator =
  accountId || apiToken ? undefined : await startEmulator({ streaming: { delayMs: 40 } })
const backend =
  emulator === undefined
    ? rest({ accountId: accountId ?? '', apiToken: apiToken ?? '' })
    : rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
const answeredBy =
  emulator === undefined ? 'Workers AI' : 'a rehearsal on this machine, not a language model'
const app = createApp({ backend, answeredBy, page: await buildPage() })

// 127.0.0.1: whoever can reach the page spends your account's neurons.
const server = serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) || 0 },
  ({ port }) => console.log(`Open http://127.0.0.1:${port} (answered by ${answeredBy}).`),
)
server.on('error', (error) => {
  console.error(`error: ${error.message}. Choose another port with PORT=8788.`)
  process.exit(1)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close()
    void emulator?.close()
  })
}
