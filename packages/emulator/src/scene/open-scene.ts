import { DroverError, systemRuntime } from '@drover/core'
import type { ReceivedRequest } from '../received-request.ts'
import type { SceneOptions } from './scene-options.ts'

/** What of `env.AI` is used: where it leads to is where the scene is opened. */
export interface SceneBinding {
  readonly fetch: (url: string, init: SceneInit) => Promise<SceneResponse>
}

/** What is sent to open, read or close a scene. */
export interface SceneInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
}

/** What of a `Response` is read. */
export interface SceneResponse {
  readonly status: number
  readonly text: () => Promise<string>
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
 * Opens a scene at an emulator that was started with `scenes: true`, from Node or from inside workerd. Give the
 * emulator's address, or a Worker's `env.AI` that leads to one.
 * @throws {DroverError} `config.invalid` when there is no such emulator, or `options` are not what they may be.
 */
export async function openScene(
  emulator: string | SceneBinding,
  options: SceneOptions = {},
): Promise<Scene> {
  const { key, url } = await ask(emulator, 'POST', '/scenes', options)
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
  body?: SceneOptions,
): Promise<SceneAnswer> {
  const headers = { 'content-type': 'application/json' }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  const response =
    typeof emulator === 'string'
      ? await systemRuntime.fetch(emulator + path, init)
      : await emulator.fetch(BINDING_ORIGIN + path, init)
  const answer = parse(await response.text())
  if (answer === undefined) throw notAnEmulator(response.status)
  if (response.status === 200) return answer
  throw new DroverError('config.invalid', answer.problem ?? notAnEmulator(response.status).message)
}

function parse(text: string): SceneAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // The emulator on this machine wrote it; what is used of it is looked at.
    return typeof value === 'object' && value !== null ? (value as SceneAnswer) : undefined
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
