import { startEmulator } from '@drover/emulator'
import type { TestProject } from 'vitest/node'

/** Starts what answers `env.AI` in the tests: a Workers AI on this machine, on any free port. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startEmulator()
  project.provide('emulatorUrl', emulator.url)
  return emulator.close
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly emulatorUrl: string
  }
}
