export { emulator } from './vitest/emulator-plugin.ts'
export type { EmulatorPlugin, ProjectContext } from './vitest/emulator-plugin.ts'
export { withEmulator } from './vitest/with-emulator.ts'
export type { PoolOptions, WithEmulatorOptions } from './vitest/with-emulator.ts'
