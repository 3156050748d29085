import { join } from 'node:path'
import { vi } from 'vitest'
import { getPlatformProxy } from 'wrangler'
import type { PlaceAi } from './case.ts'
import { runCase } from './cases.ts'
import { describePlace } from './describe-place.ts'

describePlace(
  '`getPlatformProxy`',
  async (emulatorUrl) => {
    vi.stubEnv('DROVER_EMULATOR_URL', emulatorUrl)
    // That `unsafe` is experimental is known.
    vi.stubEnv('WRANGLER_LOG', 'error')
    const { env, dispose } = await getPlatformProxy<{ readonly AI: PlaceAi }>({
      configPath: join(import.meta.dirname, 'app/wrangler.jsonc'),
      environment: 'local',
      persist: false,
    })
    return {
      run: async (name) =>
        name === undefined ? { class: env.AI.constructor.name } : runCase(name, env.AI),
      [Symbol.asyncDispose]: dispose,
    }
  },
  { isStandIn: true },
)
