import { DroverError } from '@drover/core'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isJsonObject, ownValue, parseJson } from '../json-object.ts'
import { checkMisbehave } from '../misbehave/misbehave-options.ts'
import type { ModelSource } from '../model-source.ts'
import type { ReceivedRequest } from '../received-request.ts'
import { createRequestList } from '../received-request.ts'
import { unwrapRemoteProxy } from '../remote-proxy.ts'
import { readBody } from '../request-body.ts'
import { checkAccess, checkContentType } from '../request-guard.ts'
import type { ListenerContext } from '../request-listener.ts'
import { createRequestListener } from '../request-listener.ts'
import { sendText } from '../response.ts'
import type { Script } from '../script.ts'
import { script } from '../script.ts'
import { checkStreaming } from '../streaming/check-streaming.ts'
import type { SceneSettings } from './scene-settings.ts'

/** Names the scene of a request that has no address of its own: one through `env.AI`. */
const SCENE_HEADER = 'x-drover-scene'

/** The scenes that are kept; the oldest gives way to the next. */
const MAX_SCENES = 1000

interface OpenScene {
  readonly listener: RequestListener
  readonly requests: readonly ReceivedRequest[]
  /** `undefined` where the emulator's own model answers. */
  readonly script: Script | undefined
}

/**
 * Answers requests, and lets clients say how. `POST /scenes` opens a scene, `GET` and `DELETE /scenes/<key>` look at it
 * and close it; what goes to an address below `/scenes/<key>/`, or has the header `x-drover-scene`, is answered by that
 * scene, anything else by the one opened last. A scene has scenes of its own: nobody outside it changes what it says.
 */
export function createSceneListener(context: ListenerContext, path = ''): RequestListener {
  const unstaged = createRequestListener(context)
  const scenes = new Map<string, OpenScene>()
  let latest: OpenScene | undefined

  const open = (settings: SceneSettings): { readonly key: string; readonly url: string } => {
    const key = context.runtime.createId()
    const scenePath = `${path}/scenes/${key}`
    const scene = createScene(context, settings, scenePath)
    scenes.set(key, scene)
    latest = scene
    const [oldest] = scenes.keys()
    if (scenes.size > MAX_SCENES && oldest !== undefined) scenes.delete(oldest)
    return { key, url: `http://127.0.0.1:${context.port}${scenePath}` }
  }

  const control = async (
    request: IncomingMessage,
    response: ServerResponse,
    key: string,
  ): Promise<void> => {
    const scene = scenes.get(key)
    if (key === '' && request.method === 'POST') {
      const settings = readSettings(await readBody(request))
      return sendJson(response, 200, open(settings))
    }
    request.resume()
    if (scene === undefined) return sendJson(response, 404, { problem: unknownScene(key) })
    if (request.method === 'DELETE') {
      scenes.delete(key)
      if (scene === latest) latest = [...scenes.values()].at(-1)
    }
    sendJson(response, 200, { requests: scene.requests, problem: problemOf(scene.script) })
  }

  return (request, response) => {
    const below = /^\/scenes\/([^/?]+)(\/.*)$/.exec(request.url ?? '/')
    const unwrapped = unwrapRemoteProxy(request.url ?? '/', request.headers)
    const named = below?.[1] ?? unwrapped?.headers[SCENE_HEADER]
    if (named !== undefined) {
      const scene = scenes.get(String(named))
      if (below?.[2] !== undefined) request.url = below[2]
      else for (const prefix of ['', 'mf-header-']) delete request.headers[prefix + SCENE_HEADER]
      if (scene !== undefined) return scene.listener(request, response)
      request.resume()
      return sendText(response, 404, `${unknownScene(String(named))}\n`)
    }
    const key = /^\/scenes(?:\/([^/]+))?$/.exec(unwrapped?.url.pathname ?? '')
    if (key === null || unwrapped === undefined) {
      return (latest?.listener ?? unstaged)(request, response)
    }
    const refusal =
      checkAccess(request, context) ??
      (request.method === 'POST' ? checkContentType(unwrapped.headers) : undefined)
    if (refusal !== undefined) {
      request.resume()
      return sendText(response, refusal.status, `${refusal.reason}\n`)
    }
    control(request, response, key[1] ?? '').catch((error: unknown) => {
      sendJson(response, 400, { problem: error instanceof Error ? error.message : String(error) })
    })
  }
}

function createScene(context: ListenerContext, settings: SceneSettings, path: string): OpenScene {
  const { replies, streaming = context.streaming, retired = context.retired } = settings
  const { misbehave = context.misbehave } = settings
  checkStreaming(streaming)
  checkMisbehave(misbehave)
  if (!['serve', 'refuse'].includes(retired)) {
    throw new DroverError('config.invalid', "Expected `retired` to be 'serve' or 'refuse'.")
  }
  const scripted = replies === undefined ? undefined : script(replies)
  const source: ModelSource = scripted ?? context.source
  const requests = createRequestList()
  const hooks = { onRequest: requests.add, onChange: requests.update }
  const listener = createSceneListener(
    { ...context, source, streaming, misbehave, retired, ...hooks },
    path,
  )
  return { listener, requests: requests.all, script: scripted }
}

function readSettings(text: string | undefined): SceneSettings {
  const body = parseJson(text ?? '')
  const replies = isJsonObject(body) ? ownValue(body, 'replies') : undefined
  if (!isJsonObject(body) || !(replies === undefined || Array.isArray(replies))) {
    throw new DroverError(
      'config.invalid',
      'Expected a scene as a JSON object of at most 16 MiB, with `replies` as a list or without.',
    )
  }
  // Checked field by field where each is used: streaming by its check, a reply when its turn comes.
  return body
}

function problemOf(source: Script | undefined): string | null {
  try {
    source?.assertComplete()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function unknownScene(key: string): string {
  return `Expected an open scene, but there is none with the key ${JSON.stringify(key.slice(0, 64))}.`
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
