import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describePlace } from './describe-place.ts'
import { fetchCase } from './fetch-case.ts'
import { startProcess } from './started-process.ts'

const wrangler = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
)

describePlace('`wrangler dev -e local`, not logged in', async (emulatorUrl) => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-wrangler-'))
  const {
    CLOUDFLARE_API_TOKEN: _token,
    CLOUDFLARE_ACCOUNT_ID: _account,
    ...inherited
  } = process.env
  const env = {
    ...inherited,
    DROVER_EMULATOR_URL: emulatorUrl,
    CI: 'true',
    NO_COLOR: '1',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_LOG_PATH: folder,
    WRANGLER_REGISTRY_PATH: folder,
    // Where a login would be kept.
    XDG_CONFIG_HOME: folder,
  }
  const cwd = join(import.meta.dirname, 'app')
  const ports = ['--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0']
  const args = [wrangler, 'dev', '-e', 'local', ...ports, '--persist-to', folder]
  const server = await startProcess(process.execPath, args, /Ready on (http:\S+)/, { cwd, env })
  return {
    run: (name) => fetchCase(server.ready, name),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
})
