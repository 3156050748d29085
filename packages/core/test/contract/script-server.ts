import { script, startEmulator, type Emulator, type ModelReply } from '@drover/emulator'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer, json } from 'node:stream/consumers'
import type { StagedReply } from './stage.ts'

/** Serves any number of scripted emulators at one address, so that tests inside workerd can set their own scenes. */
export interface ScriptServer {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Names the scene of a request through `env.AI`; miniflare hands a Worker's headers on with `mf-header-`. */
const SCENE_HEADER = 'x-scene'

interface ServedScene {
  readonly emulator: Emulator
  arrivals: number
  /** Connections that the other side closed before they were answered. */
  closings: number
  /** Called whenever one of the counts grows. */
  readonly waiting: Set<() => void>
  /** The entry that the model source took for the request under way. */
  taken: StagedReply | undefined
  /** Requests reach the emulator one after the other, so that `taken` is theirs. */
  queue: Promise<unknown>
}

/**
 * Starts the server. `POST /scenes/` with replies gives `{ key }`; below `/scenes/<key>` there are `requests`,
 * `arrivals/<number>` and `closings/<number>` (answered once there were so many) and `rest` (the address for a REST
 * backend); DELETE ends a scene. What names no scene is answered by a rehearsal.
 */
export async function startScriptServer(): Promise<ScriptServer> {
  const scenes = new Map<string, ServedScene>()
  let opened = 0
  const rehearsing = await startEmulator()
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error)) // node takes whatever it is
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, folder, name = '', action, ...rest] = (request.url ?? '/').split('/')
    if (folder === 'scenes' && name === '') return open(request, response)
    const key = folder === 'scenes' ? name : request.headers[`mf-header-${SCENE_HEADER}`]
    const scene = typeof key === 'string' ? scenes.get(key) : undefined
    if (scene === undefined) return forward(request, response, rehearsing, request.url ?? '/')
    if (folder !== 'scenes') return play(scene, request, response, request.url ?? '/')
    if (action === 'rest') return play(scene, request, response, `/${rest.join('/')}`)
    if (action === 'requests') return sendJson(response, scene.emulator.requests)
    if (action === 'arrivals' || action === 'closings') {
      await grown(scene, action, Number(rest[0]))
      return sendJson(response, null)
    }
    scenes.delete(name)
    await scene.emulator.close()
    sendJson(response, null)
  }

  const open = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const replies = (await json(request)) as readonly StagedReply[] // only these tests ask for scenes
    const key = String(++opened)
    scenes.set(key, await createScene(replies))
    sendJson(response, { key })
  }

  const close = async (): Promise<void> => {
    await Promise.all(
      [rehearsing, ...[...scenes.values()].map((scene) => scene.emulator)].map((emulator) =>
        emulator.close(),
      ),
    )
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

async function createScene(replies: readonly StagedReply[]): Promise<ServedScene> {
  let next = 0
  const model = script((request) => {
    const reply = replies[next++]
    scene.taken = reply
    if (reply === undefined) throw new Error(`The scene has ${replies.length} replies, no more.`)
    return toModelReply(reply, request.messages.at(-1)?.content ?? request.prompt ?? '')
  })
  const emulator = await startEmulator({ model })
  const scene: ServedScene = {
    emulator,
    arrivals: 0,
    closings: 0,
    waiting: new Set(),
    taken: undefined,
    queue: Promise.resolve(),
  }
  return scene
}

function toModelReply(reply: StagedReply, said: string): ModelReply {
  if (typeof reply === 'string') return { text: reply }
  if ('echo' in reply) return { text: said }
  if ('result' in reply) return { result: reply.result }
  if ('error' in reply) return reply
  if ('streaming' in reply) return reply as ModelReply // its words are checked when it is streamed
  if ('toolCalls' in reply) return reply
  return { text: 'Never seen: the answer is replaced on its way.' }
}

/** Lets the emulator judge and record the request, then answers what the scene says. */
async function play(
  scene: ServedScene,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const body = request.method === 'POST' ? await buffer(request) : undefined
  const turn = scene.queue.then(async () => {
    scene.taken = undefined
    const answer = await ask(scene.emulator, request, path, body)
    return { answer, reply: scene.taken as StagedReply | undefined } // the model source has set it
  })
  scene.queue = turn
  const { answer, reply } = await turn
  if (request.method === 'POST') {
    response.on('close', () => {
      if (!response.writableEnded) count(scene, 'closings')
    })
    count(scene, 'arrivals')
  }
  if (typeof reply === 'object' && 'streaming' in reply) return pass(answer, response)
  const text = await answer.text()
  if (typeof reply === 'object' && 'fault' in reply) return fail(reply.fault, response, text)
  if (typeof reply === 'object' && 'body' in reply) {
    response.writeHead(reply.status, { 'content-type': reply.contentType ?? 'text/html' })
    response.end(reply.body)
    return
  }
  const headers = typeof reply === 'object' && 'result' in reply ? reply.headers : {}
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...headers })
  response.end(text)
}

/** Hands bytes on as they come; whichever side breaks off, the other one hears of it. */
async function pass(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.flushHeaders()
  const reader = answer.body?.getReader()
  response.on('close', () => void reader?.cancel().catch(() => {}))
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) return void response.end()
      response.write(value)
    }
  } catch {
    response.destroy()
  }
}

function fail(fault: 'hang' | 'cut' | 'half', response: ServerResponse, text: string): void {
  if (fault === 'hang') return
  if (fault === 'cut') return void response.destroy()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}

function count(scene: ServedScene, what: 'arrivals' | 'closings'): void {
  scene[what]++
  for (const tell of scene.waiting) tell()
}

function grown(scene: ServedScene, what: 'arrivals' | 'closings', number: number): Promise<void> {
  return new Promise((resolve) => {
    const tell = (): void => {
      if (scene[what] < number) return
      scene.waiting.delete(tell)
      resolve()
    }
    scene.waiting.add(tell)
    tell()
  })
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  emulator: Emulator,
  path: string,
): Promise<void> {
  const body = request.method === 'POST' ? await buffer(request) : undefined
  const answer = await ask(emulator, request, path, body)
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(await answer.text())
}

/** What the connection says of itself, which the next connection says anew. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'upgrade',
  'content-length',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
])

function ask(
  emulator: Emulator,
  request: IncomingMessage,
  path: string,
  body: Buffer | undefined,
): Promise<Response> {
  const headers = Object.entries(request.headers)
    .filter(([name]) => !HOP_HEADERS.has(name))
    .map(([name, value]): [string, string] => [name, String(value)])
  const method = request.method ?? 'GET'
  return fetch(emulator.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: new Uint8Array(body) }),
  })
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
