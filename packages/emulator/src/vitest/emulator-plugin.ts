import { startEmulator, type EmulatorOptions } from '../emulator.ts'

/** What vitest hands to a plugin for each project, as far as it is used here. */
export interface ProjectContext {
  readonly project: {
    readonly provide: (key: 'emulatorUrl', value: string) => void
    readonly config: { readonly env: Record<string, unknown> }
  }
  readonly vitest: { readonly onClose: (close: () => Promise<void>) => void }
}

/** A plugin for `plugins` of a vitest configuration. */
export interface EmulatorPlugin {
  readonly name: string
  readonly configureVitest: (context: ProjectContext) => Promise<void>
}

/** The variable that tells tests, and what they start, where the emulator listens. */
export const EMULATOR_URL_VARIABLE = 'DROVER_EMULATOR_URL'

/**
 * A vitest plugin: an emulator for the run, which opens scenes. Tests read its address with `inject('emulatorUrl')` or
 * from `process.env.DROVER_EMULATOR_URL`. Each project that has the plugin gets an emulator of its own.
 */
export function emulator(
  options: Omit<EmulatorOptions, 'scenes' | 'background'> = {},
): EmulatorPlugin {
  return {
    name: '@drover/emulator',
    configureVitest: async ({ project, vitest }) => {
      const { url, close } = await startEmulator({ ...options, scenes: true, background: true })
      project.provide('emulatorUrl', url)
      project.config.env[EMULATOR_URL_VARIABLE] = url
      vitest.onClose(close)
    },
  }
}
