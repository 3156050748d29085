import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { withEmulator } from '@drover/emulator/vitest'
import type { RemoteProxyConnectionString } from 'miniflare'
import { defineConfig } from 'vitest/config'

const WORKERD_TESTS = 'packages/{binding,core}/test/workerd/**/*.test.ts'
const EMULATOR_WORKERD_TESTS = 'packages/emulator/test/workerd/**/*.test.ts'

// No test measures time; a slow or busy machine only takes longer.
const PATIENCE = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
    passWithNoTests: false,
    projects: [
      {
        test: {
          ...PATIENCE,
          name: 'node',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [WORKERD_TESTS, EMULATOR_WORKERD_TESTS],
          setupFiles: ['./.config/property-tests.ts'],
          typecheck: {
            enabled: true,
            tsconfig: './.config/tsconfig.node.json',
            include: ['packages/*/test/**/*.test-d.ts'],
          },
        },
      },
      {
        plugins: [
          // The real `Ai` class of workerd, answered by the emulator that the global setup starts on a free port.
          cloudflareTest(({ inject }) => ({
            // workerd's own account of every connection that a test cuts is no news.
            verbose: false,
            miniflare: {
              compatibilityDate: '2026-08-01',
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
        test: {
          ...PATIENCE,
          name: 'workerd',
          include: [WORKERD_TESTS],
          globalSetup: ['./packages/core/test/contract/global-setup.ts'],
        },
      },
      {
        // As an app's own tests run: its wrangler configuration as it is deployed, and one call around the options.
        plugins: [
          cloudflareTest(
            withEmulator({
              verbose: false,
              wrangler: { configPath: './packages/emulator/test/places/app/wrangler.jsonc' },
            }),
          ),
        ],
        test: { ...PATIENCE, name: 'emulator-workerd', include: [EMULATOR_WORKERD_TESTS] },
      },
    ],
  },
})
