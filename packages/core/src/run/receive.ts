import { untilAborted } from '../until-aborted.ts'
import {
  holdsError,
  readCutFailure,
  type FailedAnswer,
  type FailureContext,
} from '../wire/failure.ts'
import { MAX_BYTES, readText, tooLong } from '../wire/read-text.ts'
import type { Reply } from '../wire/reply.ts'
import { FailedStream, type StreamReader } from '../wire/stream-reader.ts'
import type { RequestWatch } from './request-watch.ts'

/** What came back: an answer to be read whole, or the reply that was read while it came. */
export interface Received {
  readonly answer: FailedAnswer
  readonly reply?: Reply
}

/** How an answer is read. */
export interface ReceiveOptions {
  readonly watch: RequestWatch
  readonly isStreamed: boolean
  readonly startReader: (headers: Headers) => StreamReader
  readonly context: FailureContext
  /** Something to wait for before more is read; undefined where there is room. */
  readonly room: () => Promise<void> | undefined
}

/**
 * Reads an answer, whichever way it came: an event stream as it comes, anything else whole.
 * @throws FailedStream for a stream that is none or breaks; what the body throws; the watch's reason after an abort.
 */
export async function receive(response: Response, options: ReceiveOptions): Promise<Received> {
  const { headers, status } = response
  const { signal } = options.watch
  const isGood = status >= 200 && status < 300
  const isStream = options.isStreamed || headers.get('content-type')?.includes('event-stream')
  if (!isGood || !isStream || response.body === null) {
    const text = await untilAborted(readText(response), signal)
    return { answer: withJson({ status, headers, text }) }
  }
  const stream = options.startReader(headers)
  await pump(response.body, stream, options)
  const end = stream.end()
  if ('text' in end) return { answer: withJson({ status, headers, text: end.text }) }
  return { answer: { status, headers, text: '' }, reply: end.reply }
}

async function pump(
  body: ReadableStream<Uint8Array>,
  stream: StreamReader,
  { watch, room, context }: ReceiveOptions,
): Promise<void> {
  const { signal } = watch
  const reader = body.getReader()
  // It ends a read that is under way, also where the source does not heed the signal. A source may refuse to be cancelled.
  const leave = (): void => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', leave, { once: true })
  let bytes = 0
  try {
    while (!stream.isDone) {
      const full = room()
      if (full !== undefined) await watch.pause(untilAborted(full, signal))
      let chunk: Awaited<ReturnType<typeof reader.read>>
      try {
        chunk = await reader.read()
      } catch (error) {
        signal.throwIfAborted()
        throw new FailedStream(readCutFailure(error, context))
      }
      const { done, value } = chunk
      if (signal.aborted) {
        // The reply was whole, and only its aftermath did not come.
        if (stream.isWhole && watch.exceeded() !== undefined) return
        throw signal.reason
      }
      if (done) return
      bytes += value.byteLength
      if (bytes > MAX_BYTES) throw tooLong()
      watch.touch()
      stream.push(value)
      if (stream.isWhole) watch.hurry()
    }
  } finally {
    signal.removeEventListener('abort', leave)
    leave()
  }
}

function withJson(answer: FailedAnswer): FailedAnswer {
  try {
    return { ...answer, json: JSON.parse(answer.text) }
  } catch {
    return answer
  }
}

/** A refusing status, or a 200 that says `success: false` or carries errors (protocol 1.3). */
export const isError = ({ status, json }: FailedAnswer): boolean =>
  status < 200 || status > 299 || holdsError(json)
