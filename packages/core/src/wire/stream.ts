import { systemRuntime, type Runtime } from '../runtime.ts'
import {
  holdsError,
  protocolFailure,
  readCutFailure,
  readFailure,
  type FailureContext,
} from './failure.ts'
import { readReply, type ReadReplyOptions, type Reply } from './reply.ts'
import { createStreamReader, FailedStream, type ReplyDelta } from './stream-reader.ts'

/** What `readStream` needs to know of the request. */
export interface ReadStreamOptions extends ReadReplyOptions {
  /** The model's id, for what is said of an error. */
  readonly model?: string
  /** @default systemRuntime */
  readonly runtime?: Pick<Runtime, 'now'>
}

/**
 * Reads the body of a streamed answer: yields what can be shown as it arrives and returns what `readReply` gives of the
 * same reply whole. A body that is JSON instead is read as the whole reply. Leaving the loop cancels the body.
 * @throws BackendError: the service's own code where an event is an error; `stream.cut` when the body broke or ended
 * early; `stream.malformed`, `stream.ambiguous`, `http.protocol` when it cannot be understood; `security.limit` past
 * 64 MiB, or 8 MiB in one event.
 */
export async function* readStream(
  body: ReadableStream<Uint8Array>,
  options: ReadStreamOptions = {},
): AsyncGenerator<ReplyDelta, Reply, undefined> {
  const { model = 'the model', runtime = systemRuntime } = options
  const context: FailureContext = { model, now: runtime.now(), redact: undefined }
  const deltas: ReplyDelta[] = []
  const onDelta = (delta: ReplyDelta): void => void deltas.push(delta)
  const stream = createStreamReader({ ...options, context, onDelta })
  const source = body.getReader()
  try {
    while (!stream.isDone) {
      let chunk: Awaited<ReturnType<typeof source.read>>
      try {
        chunk = await source.read()
      } catch (error) {
        throw readCutFailure(error, context).error
      }
      if (chunk.done) break
      stream.push(chunk.value)
      for (const delta of deltas) yield delta
      deltas.length = 0
    }
    const ended = stream.end()
    const reply = 'reply' in ended ? ended.reply : readWhole(ended.text, options, context)
    if ('text' in ended && reply.text !== '') onDelta({ type: 'text-delta', text: reply.text })
    for (const delta of deltas) yield delta
    return reply
  } catch (error) {
    throw error instanceof FailedStream ? error.failure.error : error
  } finally {
    // Not awaited: nothing is left to wait for, and a source may never answer.
    source.cancel().catch(() => {})
  }
}

/** A body that was no event stream. */
function readWhole(text: string, options: ReadReplyOptions, context: FailureContext): Reply {
  const answer = { status: 200, headers: new Headers(), text }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    const what = 'Workers AI answered with something that is neither an event stream nor JSON.'
    throw protocolFailure(what, answer, context).error
  }
  if (holdsError(json)) throw readFailure({ ...answer, json }, context).error
  return readReply(json, options)
}
