import { plugins } from '@drover/emulator/miniflare-plugin'
import { afterEach, expect, test, vi } from 'vitest'

const plugin = plugins['workers-ai-local']
const type = 'unsafe:workers-ai-local'

afterEach(() => {
  vi.unstubAllEnvs()
})

async function addressesOf(...bindings: readonly object[]): Promise<readonly string[]> {
  const env = Object.fromEntries(
    bindings.map((binding, index) => [`AI_${index}`, { type, ...binding }]),
  )
  const services = await plugin.getServices({ options: { config: { env } } })
  return services.map(({ external }) => external.address)
}

const at = (url: unknown): object => ({ dev: { options: { url } } })

test('a binding leads where the configuration says', async () => {
  expect(await addressesOf(at('http://127.0.0.1:8790'), at('http://localhost:8791/'))).toEqual([
    '127.0.0.1:8790',
    'localhost:8791',
  ])
})

test('the environment goes before the configuration', async () => {
  vi.stubEnv('DROVER_EMULATOR_URL', 'http://127.0.0.1:9999')
  expect(await addressesOf(at('http://127.0.0.1:8790'), {})).toEqual([
    '127.0.0.1:9999',
    '127.0.0.1:9999',
  ])
})

test('without an address one emulator is started for all bindings', async () => {
  const [first = '', second] = await addressesOf({}, { dev: {} })
  expect(second).toBe(first)
  expect(await (await fetch(`http://${first}/`)).text()).toContain('Workers AI on this machine')
})

test.each(['https://api.cloudflare.com', 'http://example.com', 'file:///etc', 'nonsense', 8790])(
  'an address that is not of this machine is refused: %s',
  async (url) => {
    await expect(addressesOf(at(url))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('DROVER_EMULATOR_URL'),
    })
  },
)

test('other bindings, and Workers without any, are left alone', async () => {
  const worker = { config: { env: { AI: { type: 'ai' }, KV: { type: 'kv' } } } }
  expect(plugin.getBindings(worker)).toEqual([])
  expect(plugin.getBindings({ config: {} })).toEqual([])
  expect(await plugin.getServices({ options: worker })).toEqual([])
  expect(await plugin.getNodeBindings(worker)).toEqual({})
})
