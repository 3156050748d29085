import { cloudflareTest } from '@cloudflare/vitest-plugin'
import type { RemoteProxyConnectionString } from 'miniflare'
import { defineConfig } from 'vitest/config'

// The Worker as it is deployed, from its own wrangler.jsonc; only where `env.AI` leads to is another place.
export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      remoteBindings: false,
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        ai: {
          binding: 'AI',
          // The type is a branded `URL`, and miniflare exports nothing that makes one.
          remoteProxyConnectionString: new URL(
            inject('emulatorUrl'),
          ) as RemoteProxyConnectionString,
        },
      },
    })),
  ],
  test: { globalSetup: ['./emulator.ts'] },
})
