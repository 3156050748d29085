import type { BindingOwner, PluginServices } from './miniflare/local-binding.ts'
import { addressOf, localBindings } from './miniflare/local-binding.ts'

/** A binding of the Worker, as workerd's configuration writes it. */
export interface WrappedBinding {
  readonly name: string
  readonly wrapped: {
    readonly moduleName: string
    readonly innerBindings: readonly [
      { readonly name: 'fetcher'; readonly service: { readonly name: string } },
    ]
  }
}

/** Where such a binding leads, as workerd's configuration writes it. */
export interface ExternalService {
  readonly name: string
  readonly external: { readonly address: string; readonly http: object }
}

/** A plugin of miniflare, as far as one that adds a binding needs it. */
export interface LocalAiPlugin {
  readonly bindingTypeDescription: string
  readonly getBindings: (worker: BindingOwner) => readonly WrappedBinding[]
  readonly getNodeBindings: (worker: BindingOwner) => Promise<Readonly<Record<string, unknown>>>
  readonly getServices: (services: PluginServices) => Promise<readonly ExternalService[]>
}

const localAi: LocalAiPlugin = {
  bindingTypeDescription: 'Workers AI, emulated on this machine',
  getBindings: (worker) =>
    localBindings(worker).map(({ name }) => ({
      name,
      wrapped: {
        moduleName: 'cloudflare-internal:ai-api',
        innerBindings: [{ name: 'fetcher', service: { name: serviceOf(name) } }],
      },
    })),
  getNodeBindings: async (worker) => {
    // Whoever loads this has miniflare; nobody else of this package's users needs it.
    const { ProxyNodeBinding } = await import('miniflare')
    return Object.fromEntries(
      localBindings(worker).map(({ name }) => [name, new ProxyNodeBinding()]),
    )
  },
  getServices: ({ options }) =>
    Promise.all(
      localBindings(options).map(async (binding) => ({
        name: serviceOf(binding.name),
        external: { address: await addressOf(binding), http: {} },
      })),
    ),
}

function serviceOf(name: string): string {
  return `workers-ai-local:${name}`
}

/**
 * What miniflare, and so `wrangler dev`, `createTestHarness` and `getPlatformProxy`, load for an unsafe binding of the
 * type `workers-ai-local`: the real `Ai` class of workerd, led to an emulator on this machine.
 */
export const plugins: { readonly 'workers-ai-local': LocalAiPlugin } = {
  'workers-ai-local': localAi,
}
