import { startEmulator, type EmulatorOptions } from '../emulator.ts'
import { openScene } from '../scene/open-scene.ts'

/** What `cloudflareTest` of `@cloudflare/vitest-plugin` takes, as far as it is used here. */
export interface PoolOptions {
  readonly miniflare?: object | undefined
}

/** How the emulator behind a Worker's tests behaves; everything may be left out. */
export interface WithEmulatorOptions extends Omit<EmulatorOptions, 'scenes' | 'background'> {
  /** The name of the binding, as in `"ai": { "binding": "AI" }`. @default 'AI' */
  readonly binding?: string
}

/**
 * Options for `cloudflareTest`, in which `env.AI` leads to an emulator on this machine instead of the account: the real
 * `Ai` class, the app's own wrangler configuration as it is, no login. Each test file gets a scene of its own, so files
 * may run at the same time; the emulator starts with the first and ends with the process.
 */
export function withEmulator<Options extends object>(
  options: Options & PoolOptions,
  { binding = 'AI', ...emulatorOptions }: WithEmulatorOptions = {},
): () => Promise<Options & { readonly remoteBindings: false }> {
  let url: Promise<string> | undefined
  const start = async (): Promise<string> =>
    (await startEmulator({ ...emulatorOptions, scenes: true, background: true })).url
  // Called once for each test file, or once for all that share an isolate.
  return async () => {
    const file = await openScene({ emulator: await (url ??= start()) })
    // With the slash, it is the address of what is in the scene.
    const ai = { binding, remoteProxyConnectionString: new URL(`${file.url}/`) }
    return { ...options, remoteBindings: false, miniflare: { ...options.miniflare, ai } }
  }
}
