import { DroverError } from '@drover/core'
import { startEmulator } from '../emulator.ts'

/** A Worker's options, as miniflare hands them to its plugins. */
export interface BindingOwner {
  readonly config: { readonly env?: Readonly<Record<string, { readonly type: string }>> }
}

/** What miniflare hands to a plugin that is asked for services. */
export interface PluginServices {
  readonly options: BindingOwner
}

/** One binding of the type `workers-ai-local`. */
export interface LocalBinding {
  readonly name: string
  /** The emulator that the configuration names. */
  readonly url: string | undefined
}

/** The bindings of a Worker that are ours. */
export function localBindings({ config }: BindingOwner): readonly LocalBinding[] {
  return Object.entries(config.env ?? {})
    .filter(([, { type }]) => type === 'unsafe:workers-ai-local')
    .map(([name, binding]) => ({ name, url: urlOf(binding) }))
}

let own: Promise<string> | undefined

/**
 * Host and port of the emulator for a binding: what `DROVER_EMULATOR_URL` says, else what the configuration says, else
 * one that is started in this process and ends with it.
 * @throws {DroverError} `config.invalid` when what is said is no `http:` address of this machine.
 */
export async function addressOf({ url }: LocalBinding): Promise<string> {
  const said = process.env['DROVER_EMULATOR_URL'] || url
  if (said === undefined) return new URL(await (own ??= startOwn())).host
  const parsed = URL.parse(said)
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(parsed?.hostname ?? '')
  if (parsed?.protocol === 'http:' && isLocal) return parsed.host
  throw new DroverError(
    'config.invalid',
    'Expected `DROVER_EMULATOR_URL`, or `dev.options.url` of the binding, to be an address such as ' +
      `\`http://127.0.0.1:8790\`, got ${JSON.stringify(said)}. Leave both out to have an emulator started.`,
  )
}

async function startOwn(): Promise<string> {
  return (await startEmulator({ background: true, scenes: true })).url
}

function urlOf(binding: object): string | undefined {
  // Whatever stands under `dev` in the configuration comes through as it is.
  const { dev } = binding as { readonly dev?: { readonly options?: { readonly url?: unknown } } }
  const url = dev?.options?.url
  return url === undefined || typeof url === 'string' ? url : JSON.stringify(url)
}
