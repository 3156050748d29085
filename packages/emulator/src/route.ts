import type { JsonValue } from '@drover/core'
import type { IncomingHttpHeaders } from 'node:http'
import type { FrontName } from './envelope.ts'
import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue } from './json-object.ts'

/** Where a request goes: a front, and the model it names (`""` when it names none). */
export interface Route {
  readonly front: FrontName
  readonly model: string
}

const REST_PATH = /^(?:\/client\/v4)?\/accounts\/[^/]+\/ai\/run\/(.+)$/
const BINDING_PATHS: ReadonlySet<string> = new Set(['/run', '/ai-gateway/run'])

/** Finds the front for an address. REST has the model in its path, escaped or not; the binding in a header. */
export function findRoute(url: URL, headers: IncomingHttpHeaders): Route | undefined {
  if (BINDING_PATHS.has(url.pathname)) {
    const id = headers['cf-consn-model-id']
    return { front: 'binding', model: typeof id === 'string' ? withoutPrefix(id) : '' }
  }
  const escaped = REST_PATH.exec(url.pathname)?.[1]
  const model = escaped === undefined ? undefined : unescape(escaped)
  return model === undefined ? undefined : { front: 'rest', model }
}

/** The inputs in a body: for REST the body itself, for the binding its `inputs`. */
export function readInputs(front: FrontName, body: JsonValue | undefined): JsonObject | undefined {
  const inputs = front === 'binding' && isJsonObject(body) ? ownValue(body, 'inputs') : body
  return isJsonObject(inputs) ? inputs : undefined
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
