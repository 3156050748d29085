import { DroverError, systemRuntime } from '@drover/core'
import type { ReceivedRequest } from '../received-request.ts'
import type { SceneSettings } from './scene-settings.ts'

/** A Worker's `env.AI`. Its `fetch` is used, which Cloudflare's types leave out: it leads where `run` leads. */
export interface SceneBinding {
  readonly run: unknown
}

/** Where a scene is opened, and what is said in it; everything may be left out. */
export interface SceneOptions extends SceneSettings {
  /** The address of an emulator, or the `env.AI` that leads to one. @default what `DROVER_EMULATOR_URL` says */
  readonly emulator?: string | SceneBinding
}

/** A model's part in one test. */
export interface Scene extends AsyncDisposable {
  /** An address for REST clients that leads to this scene alone: `rest({ baseUrl: scene.url, … })`. */
  readonly url: string
  /** As `extraHeaders` of `env.AI.run` or `binding(…)`, these lead a request to this scene, whichever was opened last. */
  readonly headers: Readonly<Record<string, string>>
  /** What arrived for it, as in `Emulator.requests`. */
  readonly requests: () => Promise<readonly ReceivedRequest[]>
  /**
   * Resolves when each reply was asked for, and nothing else was.
   * @throws {DroverError} `test.unscripted` when a request came for which there was no reply, or replies are left over.
   */
  readonly assertComplete: () => Promise<void>
  /** Ends the scene: what is asked next reaches the one before it. */
  readonly close: () => Promise<void>
}

/** The host that the `Ai` class itself writes; nothing is looked up. */
const BINDING_ORIGIN = 'https://workers-binding.ai'

/**
 * Opens a scene at an emulator that was started with `scenes: true`, from Node or from inside workerd.
 * @throws {DroverError} `config.invalid` when there is no such emulator, or the options are not what they may be.
 */
export async function openScene({
  emulator = saidByEnvironment(),
  ...settings
}: SceneOptions = {}): Promise<Scene> {
  const { key, url } = await ask(emulator, 'POST', '/scenes', settings)
  if (typeof key !== 'string' || typeof url !== 'string') throw notAnEmulator(200)
  const path = `/scenes/${key}`
  return {
    url,
    headers: { 'x-drover-scene': key },
    requests: async () => (await ask(emulator, 'GET', path)).requests ?? [],
    assertComplete: async () => {
      const { problem } = await ask(emulator, 'GET', path)
      if (typeof problem === 'string') throw new DroverError('test.unscripted', problem)
    },
    close: () => close(emulator, path),
    [Symbol.asyncDispose]: () => close(emulator, path),
  }
}

async function close(emulator: string | SceneBinding, path: string): Promise<void> {
  await ask(emulator, 'DELETE', path)
}

/** What the emulator answers about scenes; each request gets some of it. */
interface SceneAnswer {
  readonly key?: string
  readonly url?: string
  readonly requests?: readonly ReceivedRequest[]
  readonly problem?: string | null
}

async function ask(
  emulator: string | SceneBinding,
  method: string,
  path: string,
  body?: SceneSettings,
): Promise<SceneAnswer> {
  const headers = { 'content-type': 'application/json' }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  const response =
    typeof emulator === 'string'
      ? await systemRuntime.fetch(emulator + path, init)
      : await fetchThrough(emulator, BINDING_ORIGIN + path, init)
  const answer = parse(await response.text())
  if (answer === undefined) throw notAnEmulator(response.status)
  if (response.status === 200) return answer
  throw new DroverError('config.invalid', answer.problem ?? notAnEmulator(response.status).message)
}

/** Set by the plugin of `@drover/emulator/vitest`; there is no `process` in every runtime. */
function saidByEnvironment(): string {
  const { process } = globalThis as { readonly process?: { readonly env?: object } } // or nothing of it
  const url = Object(process?.env)['DROVER_EMULATOR_URL']
  if (typeof url === 'string' && url !== '') return url
  throw new DroverError(
    'config.invalid',
    'Expected `DROVER_EMULATOR_URL` to say where the emulator listens. Add the plugin `emulator()` of ' +
      '`@drover/emulator/vitest`; inside workerd, pass `{ emulator: env.AI }`.',
  )
}

function fetchThrough(
  binding: SceneBinding & { readonly fetch?: unknown },
  url: string,
  init: RequestInit,
): Promise<Response> {
  if (typeof binding.fetch === 'function') return binding.fetch(url, init)
  throw new DroverError(
    'config.invalid',
    'Expected `emulator` to be an address or the `env.AI` of a Worker, got an object without `fetch`. ' +
      'Pass `env.AI` itself.',
  )
}

function parse(text: string): SceneAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function notAnEmulator(status: number): DroverError {
  return new DroverError(
    'config.invalid',
    `Expected an emulator that opens scenes, got an answer with status ${status}. ` +
      'Start it with `startEmulator({ scenes: true })`, or through `@drover/emulator/vitest`.',
  )
}
