import type { JsonValue } from '@drover/core'
import type { IncomingHttpHeaders } from 'node:http'
import type { FrontName } from './envelope.ts'
import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue } from './json-object.ts'

/** Where a request goes: an inference, or a question about the models. */
export type Route = InferenceRoute | CatalogueRoute

/** An inference at one of the fronts. */
export interface InferenceRoute {
  readonly to: 'inference'
  readonly front: FrontName
  /** `""` when the request names none; `undefined` where the body names it. */
  readonly model: string | undefined
  /** The AI Gateway that the address names. */
  readonly gateway?: string
}

/** `models`: the list of the models; `schema`: what one of them takes and gives. */
export interface CatalogueRoute {
  readonly to: 'models' | 'schema'
  readonly front: FrontName
}

const REST = /^(?:\/client\/v4)?\/accounts\/[^/]+\/ai\/(.+)$/
const GATEWAY = /^\/v1\/[^/]+\/([^/]+)\/workers-ai\/(.+)$/
const BINDING_RUNS: ReadonlySet<string> = new Set(['/run', '/ai-gateway/run'])

/** Finds where an address leads. REST has the model in its path, escaped or not, or in its body; the binding in a header. */
export function findRoute(url: URL, headers: IncomingHttpHeaders): Route | undefined {
  const { pathname } = url
  if (BINDING_RUNS.has(pathname)) {
    const id = headers['cf-consn-model-id']
    const model = typeof id === 'string' ? withoutPrefix(id) : ''
    return { to: 'inference', front: 'binding', model }
  }
  // What the `Ai` class asks for in `models()`.
  if (pathname === '/ai-api/models/search') return { to: 'models', front: 'binding' }
  const [, gateway, behind] = GATEWAY.exec(pathname) ?? []
  if (gateway !== undefined && behind !== undefined) {
    // The documented form has the model itself there; Cloudflare's own provider writes `run/` before it.
    const route = findRun(behind) ?? findRun(`run/${behind}`)
    return route && { ...route, gateway }
  }
  const path = REST.exec(pathname)?.[1] ?? ''
  if (path === 'models/search') return { to: 'models', front: 'rest' }
  return path === 'models/schema' ? { to: 'schema', front: 'rest' } : findRun(path)
}

function findRun(path: string): InferenceRoute | undefined {
  if (path === 'run') return { to: 'inference', front: 'rest', model: undefined }
  if (path === 'v1/chat/completions') return { to: 'inference', front: 'openai', model: undefined }
  const model = path.startsWith('run/') ? unescape(path.slice('run/'.length)) : undefined
  return model === undefined ? undefined : { to: 'inference', front: 'rest', model }
}

/** What a body says, whichever front it came to. */
export interface BodyParts {
  /** `""` when nothing names it. */
  readonly model: string
  /** `undefined` when there are none. */
  readonly inputs: JsonObject | undefined
  readonly options: JsonObject
}

/**
 * Reads a body as its front writes it. REST: the inputs themselves, or `{ model, input }` where no model is in the path;
 * the binding: `{ inputs, options }`; OpenAI's wire: the inputs and `model` side by side.
 */
export function readParts(route: InferenceRoute, body: JsonValue | undefined): BodyParts {
  const object = isJsonObject(body) ? body : undefined
  if (route.front === 'binding') return inside(object, 'inputs', route.model)
  if (route.model !== undefined) return { model: route.model, inputs: object, options: {} }
  const model = textOf(object, 'model')
  if (route.front === 'rest') return inside(object, 'input', model)
  if (object === undefined) return { model, inputs: undefined, options: {} }
  const { model: _, ...inputs } = object
  return { model, inputs, options: {} }
}

function inside(body: JsonObject | undefined, key: string, model = ''): BodyParts {
  return { model, inputs: objectOf(body, key), options: objectOf(body, 'options') ?? {} }
}

function objectOf(body: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = body && ownValue(body, key)
  return isJsonObject(value) ? value : undefined
}

function textOf(body: JsonObject | undefined, key: string): string {
  const value = body && ownValue(body, key)
  return typeof value === 'string' ? value : ''
}

// The `Ai` class writes `<prefix>:@cf/…` when its caller gave a prefix.
function withoutPrefix(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
