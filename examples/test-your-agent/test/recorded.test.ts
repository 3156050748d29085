import type { Backend } from '@drover/core'
import { openCassette } from '@drover/emulator'
import { rest } from '@drover/rest'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRefundAgent } from '../src/refund-agent.ts'
import { createShop } from './shop.ts'

// A run as it was once: recorded to a file with `DROVER_RECORD=1 npx -y pnpm@12 run check`, replayed ever after. The
// account is asked where the environment names one, else the rehearsal of the emulator, as for the file that is here.

function connect(): Backend {
  const { CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN, DROVER_EMULATOR_URL = '' } = process.env
  return CLOUDFLARE_ACCOUNT_ID !== undefined && CLOUDFLARE_API_TOKEN !== undefined
    ? rest({ accountId: CLOUDFLARE_ACCOUNT_ID, apiToken: CLOUDFLARE_API_TOKEN })
    : rest({ accountId: 'any', apiToken: 'any', baseUrl: DROVER_EMULATOR_URL })
}

test('nothing that is sent or done has changed since it was recorded', async () => {
  const file = join(import.meta.dirname, 'cassettes/find-order.json')
  const tape = openCassette(file, { backend: connect })
  const agent = createRefundAgent(tape, createShop())
  const { text, events } = await agent.run('Find order A-17. What did it cost, in cents?')
  tape.takeRun(events)
  tape.finish()
  expect(text).toContain('4200')
})
