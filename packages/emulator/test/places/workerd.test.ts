import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundleWorker } from './bundle-worker.ts'
import { describePlace } from './describe-place.ts'
import { fetchCase } from './fetch-case.ts'
import { startProcess } from './started-process.ts'
import { workerdBinary } from './workerd-binary.ts'

const config = (address: string): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-08-01",
      bindings = [(name = "AI", wrapped = (
        moduleName = "cloudflare-internal:ai-api",
        innerBindings = [(name = "fetcher", service = "emulator")]
      ))]
    )),
    (name = "emulator", external = (address = "${address}", http = ()))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`

describePlace('workerd alone', async (emulatorUrl) => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-workerd-'))
  await writeFile(join(folder, 'worker.mjs'), await bundleWorker())
  await writeFile(join(folder, 'config.capnp'), config(new URL(emulatorUrl).host))
  const listening = /"socket":"http".*"port":(\d+)/
  const args = ['serve', 'config.capnp', '--control-fd=3']
  const server = await startProcess(workerdBinary(), args, listening, {
    cwd: folder,
    env: process.env,
  })
  return {
    run: (name) => fetchCase(`http://127.0.0.1:${server.ready}`, name),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
})
