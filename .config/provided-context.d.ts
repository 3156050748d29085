// oxlint-disable-next-line import/no-unassigned-import -- makes this file a module that augments vitest
import 'vitest'

declare module 'vitest' {
  /** What the global setup of the workerd tests hands to them, read with `inject`. */
  interface ProvidedContext {
    /** Where the emulator that answers `env.AI` listens, such as `http://127.0.0.1:41234`. */
    readonly emulatorUrl: string
  }
}
