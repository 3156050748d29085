import type { JsonValue } from '@drover/core'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json as readJson } from 'node:stream/consumers'
import type { JsonObject } from '../../src/index.ts'

/** What a model server answers to one request: JSON, or an event stream chunk by chunk. */
export interface ServerAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: JsonValue
  /** Each is written when its turn comes; a promise keeps the stream open until it settles. */
  readonly chunks?: readonly (string | Promise<string>)[]
  /** Breaks the connection in place of an end. */
  readonly breaks?: boolean
}

/** A model server on this machine with the wire habits of a real one. */
export interface ModelServer extends AsyncDisposable {
  readonly baseUrl: string
  /** The bodies of the requests for a completion. */
  readonly bodies: readonly JsonObject[]
  readonly headers: readonly IncomingHttpHeaders[]
  /** Resolves when a client has left before its answer was whole. */
  readonly left: Promise<void>
}

/** What `GET /v1/models` says, by the server that says it. */
export const served = {
  ollama: (...names: readonly string[]): JsonValue => ({
    object: 'list',
    data: names.map((id) => ({ id, object: 'model', created: 1_754_000_000, owned_by: 'library' })),
  }),
  'llama.cpp': (name: string): JsonValue => ({
    models: [{ name, model: name, type: 'model', capabilities: ['completion'] }],
    object: 'list',
    data: [{ id: name, object: 'model', created: 1_754_000_000, owned_by: 'llamacpp', meta: {} }],
  }),
  vllm: (name: string): JsonValue => ({
    object: 'list',
    data: [
      { id: name, object: 'model', created: 1_754_000_000, owned_by: 'vllm', max_model_len: 8192 },
    ],
  }),
} as const

/** Starts one: `models` is its list of models, undefined where it has no such page. */
export async function startModelServer(
  models: JsonValue | undefined,
  answer: (body: JsonObject) => ServerAnswer,
): Promise<ModelServer> {
  const bodies: JsonObject[] = []
  const headers: IncomingHttpHeaders[] = []
  let leave = (): void => {}
  const left = new Promise<void>((resolve) => {
    leave = resolve
  })
  const server = createServer((request, response) => {
    const run = async (): Promise<void> => {
      if (request.method === 'GET') {
        response.writeHead(models === undefined ? 404 : 200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(models ?? { error: { message: 'Not Found' } }))
        return
      }
      // The emulator under test sends an object.
      const body = (await readJson(request)) as JsonObject
      bodies.push(body)
      headers.push(request.headers)
      response.once('close', () => {
        if (!response.writableFinished) leave()
      })
      const { status = 200, headers: extra = {}, json, chunks = [], breaks } = answer(body)
      const type = json === undefined ? 'text/event-stream' : 'application/json; charset=utf-8'
      response.writeHead(status, { 'content-type': type, ...extra })
      for (const chunk of chunks) response.write(await chunk)
      if (breaks === true) response.write('', () => response.destroy())
      else response.end(json === undefined ? undefined : JSON.stringify(json))
    }
    run().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // A server that listens on a port has an address.
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    bodies,
    headers,
    left,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** One frame of an event stream. */
export function frame(body: JsonValue): string {
  return `data: ${JSON.stringify(body)}\n\n`
}

/** A chunk with one delta, as all three servers write it. */
export function delta(content: JsonObject, finish: string | null = null): string {
  return frame({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_754_000_000,
    model: 'm',
    choices: [{ index: 0, delta: content, finish_reason: finish }],
  })
}

/** A whole completion. */
export function completion(
  message: JsonObject,
  finish: string = 'stop',
  usage: JsonValue = { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 },
): ServerAnswer {
  return {
    json: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_754_000_000,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
      usage,
    },
  }
}

export const DONE = 'data: [DONE]\n\n'
