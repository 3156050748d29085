import type { FrontName } from './envelope.ts'
import type { JsonObject } from './json-object.ts'

/** One request for an inference, as it arrived. */
export interface ReceivedRequest {
  readonly front: FrontName
  readonly model: string
  /** Path and query: where a gateway or a queue was asked for. */
  readonly path: string
  /** As sent, before defaults; `{}` when the body held none. */
  readonly inputs: JsonObject
  /** The binding's third argument as it reached the wire; `{}` over REST. */
  readonly options: JsonObject
  /** Names in lower case; without `authorization`, `cf-aig-authorization` and `cookie`. */
  readonly headers: Readonly<Record<string, string>>
  /** HTTP status of the answer; 0 while there is none yet, of a stream as soon as it begins. */
  readonly status: number
  /** True once the connection was closed, and not by a fault, before the answer was whole: the client has left. */
  readonly abandoned: boolean
  /** The misbehaviours that struck it. */
  readonly misbehaved: readonly string[]
}

/** A request once all is over: its answer is out, or its client has left. */
export interface AnsweredRequest extends ReceivedRequest {
  readonly durationMs: number
  readonly sourceName: string
  /** Absent where no model spoke: an error, or an answer that went out as it was. */
  readonly tokens?: { readonly input: number; readonly output: number }
  /** The tools the model called. */
  readonly toolNames: readonly string[]
  /** The service's code and text, where the answer was an error. */
  readonly error?: { readonly code: number; readonly message: string }
}

const MAX_KEPT = 1000
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cf-aig-authorization',
  'cookie',
])

/** Keeps a request without its secrets; not answered yet. */
export function toReceivedRequest(
  request: Omit<ReceivedRequest, 'headers' | 'status' | 'abandoned' | 'misbehaved'> & {
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  },
): ReceivedRequest {
  const headers = Object.entries(request.headers)
    .filter(([name]) => !SECRET_HEADERS.has(name))
    .map(([name, value]) => [name, String(value)] as const)
  return {
    ...request,
    headers: Object.fromEntries(headers),
    status: 0,
    abandoned: false,
    misbehaved: [],
  }
}

/** The latest requests, as `Emulator.requests` shows them. */
export interface RequestList {
  readonly all: readonly ReceivedRequest[]
  readonly add: (request: ReceivedRequest) => void
  /** Puts what became of a request in its place; gives what now stands there. */
  readonly update: (request: ReceivedRequest, change: Partial<ReceivedRequest>) => ReceivedRequest
}

/** A list that forgets the oldest, so that an emulator may run for days. */
export function createRequestList(): RequestList {
  const all: ReceivedRequest[] = []
  return {
    all,
    add: (request) => {
      all.push(request)
      if (all.length > MAX_KEPT) all.shift()
    },
    update: (request, change) => {
      const updated = { ...request, ...change }
      const position = all.lastIndexOf(request)
      if (position >= 0) all[position] = updated
      return updated
    },
  }
}
