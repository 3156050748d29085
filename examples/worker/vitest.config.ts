import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { withEmulator } from '@drover/emulator/vitest'
import { defineConfig } from 'vitest/config'

// The Worker as it is deployed, from its own wrangler.jsonc; only where `env.AI` leads to is another place.
export default defineConfig({
  plugins: [cloudflareTest(withEmulator({ wrangler: { configPath: './wrangler.jsonc' } }))],
})
