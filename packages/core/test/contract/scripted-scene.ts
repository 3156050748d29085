import { toEventStream, type EventStreamOptions } from '@drover/emulator'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import type { Scene, StagedReply } from './stage.ts'

/** Sets a scene with `scriptedBackend`: no server, no wire. */
export async function openScriptedScene(replies: readonly StagedReply[]): Promise<Scene> {
  const waiting = new Set<() => void>()
  const tellAll = (): void => waiting.forEach((tell) => tell())
  let closings = 0
  const grown = (count: () => number, number: number): Promise<void> =>
    new Promise((resolve) => {
      const tell = (): void => {
        if (count() >= number) resolve()
      }
      waiting.add(tell)
      tell()
    })
  const backend = scriptedBackend(
    replies.map((reply) => (asked) => {
      tellAll()
      return toEntry(reply, asked.inputs.messages?.at(-1)?.content ?? asked.inputs.prompt ?? '')
    }),
  )
  return {
    backend: {
      ...backend,
      send: (request, options) => {
        // What a connection's closing is to a server, its signal is here.
        options.signal?.addEventListener('abort', () => {
          closings++
          tellAll()
        })
        return backend.send(request, options)
      },
    },
    requests: async () => backend.requests,
    arrival: (number) => grown(() => backend.requests.length, number),
    closing: (number) => grown(() => closings, number),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The bytes of a stream, one chunk after the other, and the end it is to have. */
function toStream({ streaming, ...reply }: Extract<StagedReply, { streaming: object }>): Response {
  const options = streaming as EventStreamOptions // its words are checked there
  const { contentType, chunks, ending } = toEventStream(reply, options)
  const left = chunks.values()
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { done, value } = left.next()
      if (!done) return controller.enqueue(value)
      if (ending === 'open') return new Promise<void>(() => {})
      if (ending === 'end') controller.close()
      else controller.error(new Error('Network connection lost.'))
      return undefined
    },
  })
  return new Response(body, { headers: { 'content-type': contentType } })
}

function toEntry(reply: StagedReply, said: string): ScriptEntry {
  if (typeof reply !== 'string' && 'streaming' in reply) return toStream(reply)
  if (typeof reply === 'string' || 'toolCalls' in reply) return reply
  if ('echo' in reply) return said
  if ('result' in reply) {
    return { wire: JSON.stringify(reply.result), ...(reply.headers && { headers: reply.headers }) }
  }
  if ('error' in reply) {
    const { code, message, status, retryAfter } = reply.error
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
    const wire = { errors: [{ code, message }], success: false, result: {}, messages: [] }
    return { wire, status, headers }
  }
  if ('body' in reply) {
    const headers = { 'content-type': reply.contentType ?? 'text/html' }
    return { wire: reply.body, status: reply.status, headers }
  }
  if (reply.fault === 'hang') return () => new Promise<never>(() => {})
  return new Error('Network connection lost.')
}
