import { startEmulator, type EmulatorOptions } from '../emulator.ts'

/** What vitest hands to a plugin for each project, as far as it is used here. */
export interface ProjectContext {
  readonly project: {
    /** `env` is what the tests find in `process.env` beside what is there. */
    readonly config: { env?: Record<string, unknown> }
  }
  readonly vitest: { readonly onClose: (close: () => Promise<void>) => void }
}

/** A plugin for `plugins` of a vitest configuration. */
export interface EmulatorPlugin {
  readonly name: string
  readonly configureVitest: (context: ProjectContext) => Promise<void>
}

/**
 * A vitest plugin for tests that run in Node: an emulator for as long as vitest runs, which opens scenes. Its address
 * stands in `process.env.DROVER_EMULATOR_URL`, where `openScene` finds it. Each project that has the plugin gets an
 * emulator of its own.
 */
export function emulator(
  options: Omit<EmulatorOptions, 'scenes' | 'background'> = {},
): EmulatorPlugin {
  return {
    name: '@drover/emulator',
    configureVitest: async ({ project, vitest }) => {
      const { url, close } = await startEmulator({ ...options, scenes: true, background: true })
      project.config.env = { ...project.config.env, DROVER_EMULATOR_URL: url }
      vitest.onClose(close)
    },
  }
}
