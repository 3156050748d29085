import type { TestProject } from 'vitest/node'
import { startScriptServer } from './script-server.ts'

/** Starts what answers `env.AI` in the tests that run inside workerd, once for all of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startScriptServer()
  project.provide('emulatorUrl', server.url)
  return server.close
}
