import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'

const {
  CLOUDFLARE_ACCOUNT_ID: accountId,
  CLOUDFLARE_API_TOKEN: apiToken,
  PORT = '8787',
} = process.env

// Without credentials, a Workers AI on this machine answers: a rehearsal by rules, not a language model.
const emulator = accountId || apiToken ? undefined : await startEmulator()
const backend =
  emulator === undefined
    ? rest({ accountId: accountId ?? '', apiToken: apiToken ?? '' })
    : rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })

// 127.0.0.1: whoever can reach the endpoint spends your account's neurons.
const server = serve(
  { fetch: createApp({ backend }).fetch, hostname: '127.0.0.1', port: Number(PORT) || 0 },
  ({ port }) => {
    console.log(
      `Listening on http://127.0.0.1:${port}, answered by ${emulator === undefined ? 'Workers AI' : 'the emulator'}. Ask it something:\n`,
    )
    console.log(
      `  curl http://127.0.0.1:${port}/ask --json '{ "question": "Where is order 1042?" }'\n`,
    )
  },
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
