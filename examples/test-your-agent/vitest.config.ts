import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { emulator, withEmulator } from '@drover/emulator/vitest'
import { defineConfig } from 'vitest/config'

// No account, no network: each project has a Workers AI of its own on this machine.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [emulator()],
        test: { name: 'node', include: ['test/*.test.ts'] },
      },
      {
        plugins: [cloudflareTest(withEmulator({ wrangler: { configPath: './wrangler.jsonc' } }))],
        test: { name: 'workerd', include: ['test/workerd/*.test.ts'] },
      },
    ],
  },
})
