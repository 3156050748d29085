import { join } from 'node:path'
import { vi } from 'vitest'
import { createTestHarness } from 'wrangler'
import { describePlace } from './describe-place.ts'

describePlace('`createTestHarness`', async (emulatorUrl) => {
  vi.stubEnv('DROVER_EMULATOR_URL', emulatorUrl)
  // That `unsafe` is experimental is known.
  vi.stubEnv('WRANGLER_LOG', 'error')
  const configPath = join(import.meta.dirname, 'app/wrangler.jsonc')
  const harness = createTestHarness({ workers: [{ configPath, env: 'local' }] })
  await harness.listen()
  return {
    run: async (name = '') => {
      const response = await harness.fetch(`/?${new URLSearchParams({ case: name }).toString()}`)
      return response.json()
    },
    [Symbol.asyncDispose]: () => harness.close(),
  }
})
