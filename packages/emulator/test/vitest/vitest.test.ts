import { openScene } from '@drover/emulator/scene'
import { emulator, withEmulator } from '@drover/emulator/vitest'
import { expect, test } from 'vitest'

/** What vitest would hand to the plugin. */
function createProject() {
  const config: { env?: Record<string, unknown> } = {}
  const closing: (() => Promise<void>)[] = []
  const vitest = { onClose: (close: () => Promise<void>) => void closing.push(close) }
  return { context: { project: { config }, vitest }, config, closing }
}

test('the plugin starts an emulator for a project, says where, and ends it with vitest', async () => {
  const { context, config, closing } = createProject()
  config.env = { KEPT: 'yes' }
  await emulator({ retired: 'refuse' }).configureVitest(context)
  expect(config.env).toMatchObject({ KEPT: 'yes' })
  const url = String(config.env['DROVER_EMULATOR_URL'])
  const scene = await openScene({ emulator: url, replies: [] })
  await scene.assertComplete()
  for (const close of closing) await close()
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('projects have emulators of their own', async () => {
  const projects = [createProject(), createProject()]
  for (const { context } of projects) await emulator().configureVitest(context)
  const urls = projects.map(({ config }) => config.env?.['DROVER_EMULATOR_URL'])
  expect(new Set(urls).size).toBe(2)
  for (const close of projects.flatMap(({ closing }) => closing)) await close()
})

test("each test file of a Worker gets a scene, beside the app's own options", async () => {
  const resolve = withEmulator(
    { wrangler: { configPath: './wrangler.jsonc' }, miniflare: { bindings: { A: 'a' } } },
    { binding: 'MODELS' },
  )
  const files = await Promise.all([resolve(), resolve()])
  expect(files[0]).toMatchObject({
    remoteBindings: false,
    wrangler: { configPath: './wrangler.jsonc' },
    miniflare: { bindings: { A: 'a' }, ai: { binding: 'MODELS' } },
  })
  const addresses = files.map(({ miniflare }) => {
    const { ai } = miniflare as unknown as { ai: { remoteProxyConnectionString: URL } }
    return ai.remoteProxyConnectionString
  })
  expect(addresses[0]?.host).toBe(addresses[1]?.host)
  expect(addresses[0]?.pathname).toMatch(/^\/scenes\/[\w-]+\/$/)
  expect(addresses[0]?.pathname).not.toBe(addresses[1]?.pathname)
})
