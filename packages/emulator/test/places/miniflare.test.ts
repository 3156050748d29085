import { Miniflare } from 'miniflare'
import { bundleWorker } from './bundle-worker.ts'
import { describePlace } from './describe-place.ts'

describePlace('bare miniflare', async (emulatorUrl) => {
  const miniflare = new Miniflare({
    cf: false,
    verbose: false,
    workers: [
      {
        config: {
          name: 'app',
          compatibilityDate: '2026-08-01',
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents: await bundleWorker() } },
          },
          env: {
            AI: {
              type: 'unsafe:workers-ai-local',
              dev: {
                plugin: { package: '@drover/emulator/miniflare-plugin', name: 'workers-ai-local' },
                options: { url: emulatorUrl },
              },
            },
          },
        },
      },
    ],
  })
  await miniflare.ready
  return {
    run: async (name = '') => {
      const url = `http://app/?${new URLSearchParams({ case: name }).toString()}`
      return (await miniflare.dispatchFetch(url)).json()
    },
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  }
})
