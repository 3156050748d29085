import { DroverError } from '../errors.ts'
import type { JsonValue } from '../message.ts'
import type { Backend, WireRequest } from '../wire/backend.ts'
import { untilAborted } from '../until-aborted.ts'
import type { WireInputs } from '../wire/inputs.ts'
import { type ReplyUsage, toNativeReply } from '../wire/native-reply.ts'
import { toNativeStream } from '../wire/native-stream.ts'

/** A reply in short: text, calls, or both. It is sent in the native dialect of the seed models. */
export interface ScriptedReply {
  readonly text?: string
  readonly toolCalls?: readonly { readonly toolName: string; readonly input?: JsonValue }[]
  /** @default a count made from the lengths */
  readonly usage?: ReplyUsage
}

/** What a scripted backend was asked. */
export interface ScriptedRequest {
  readonly model: string
  /** A copy of the inputs, as they stood when the request was sent. */
  readonly inputs: WireInputs
}

/**
 * One entry of a script: a text; a reply in short; `{ wire }`, a body as it would come over the wire, with its status and
 * headers; a whole Response; an Error to reject with; or a function of the request that gives one of these. Texts and
 * replies in short come as an event stream where one is asked for.
 */
export type ScriptEntry =
  | string
  | ScriptedReply
  | { readonly wire: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | Response
  | Error
  | ((request: ScriptedRequest) => ScriptEntry | Promise<ScriptEntry>)

/** A backend that answers from a list. */
export interface ScriptedBackend extends Backend {
  /** True: it may be asked while `forbidModelRequests()` is in force. */
  readonly scripted: true
  /** What it was asked so far, in order. */
  readonly requests: readonly ScriptedRequest[]
  /** @throws DroverError `test.unscripted` when a request came that the script had no reply for, or replies are left over. */
  readonly assertComplete: () => void
}

/**
 * A backend for tests: answers the first request with the first entry, and so on. A request past the end fails with
 * `test.unscripted`. Replies go through the same wire and reader as real ones.
 */
export function scriptedBackend(
  script: readonly ScriptEntry[],
  options: { readonly name?: string } = {},
): ScriptedBackend {
  const requests: ScriptedRequest[] = []
  let unexpected = 0
  return {
    name: options.name ?? 'scripted',
    scripted: true,
    requests,
    send: async (request, { signal }) => {
      signal?.throwIfAborted()
      const asked = record(request)
      const entry = script[requests.push(asked) - 1]
      if (entry !== undefined) return respond(entry, asked, signal)
      unexpected++
      throw unscripted(
        `The script has ${script.length} replies, and request ${requests.length} came: add a reply, or find out why the ` +
          'model is asked once more.',
      )
    },
    assertComplete: () => {
      if (unexpected > 0)
        throw unscripted(`${unexpected} requests came after the script's last reply.`)
      const left = script.length - requests.length
      if (left > 0)
        throw unscripted(`${left} of the script's ${script.length} replies were never asked for.`)
    },
  }
}

const unscripted = (message: string): DroverError => new DroverError('test.unscripted', message)

/** Taken from the text that would be sent, so that what tests see is what the wire carries. */
const record = (request: WireRequest): ScriptedRequest => ({
  model: request.model,
  inputs: JSON.parse(request.body()),
})

/** A real connection is closed by its signal, and so is this one. */
function respond(
  entry: ScriptEntry,
  asked: ScriptedRequest,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const reply = answer(entry, asked)
  return signal === undefined ? reply : untilAborted(reply, signal)
}

async function answer(entry: ScriptEntry, asked: ScriptedRequest): Promise<Response> {
  if (typeof entry === 'function') return answer(await entry(asked), asked)
  if (entry instanceof Error) throw entry
  if (entry instanceof Response) return entry
  if (typeof entry === 'string') return answer({ text: entry }, asked)
  if ('wire' in entry) {
    const body = typeof entry.wire === 'string' ? entry.wire : JSON.stringify(entry.wire)
    const headers = { 'content-type': 'application/json', ...entry.headers }
    return new Response(body, { status: entry.status ?? 200, headers })
  }
  const { text, toolCalls = [], usage } = entry
  const said = { text: text ?? null, toolCalls }
  const counts = usage ?? countUsage(asked, said)
  if (asked.inputs.stream !== true) return Response.json(toNativeReply(said, counts))
  return new Response(toNativeStream(said, counts), {
    headers: { 'content-type': 'text/event-stream' },
  })
}

/** About four characters a token, as the service's own estimates go. */
function countUsage({ inputs }: ScriptedRequest, said: object): ReplyUsage {
  const { stream: _, ...counted } = inputs
  return {
    inputTokens: Math.ceil(JSON.stringify(counted).length / 4),
    outputTokens: Math.ceil(JSON.stringify(said).length / 4),
  }
}
