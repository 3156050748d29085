import { startEmulator } from '@drover/emulator'
import type { TestProject } from 'vitest/node'

/** Starts the emulator that answers `env.AI` in the tests that run inside workerd, once for all of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startEmulator()
  project.provide('emulatorUrl', emulator.url)
  return emulator.close
}
