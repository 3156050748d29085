import { DroverError } from '../errors.ts'
import { createEventStream } from './event-stream.ts'
import {
  holdsError,
  quote,
  readFailure,
  streamFailure,
  type Failure,
  type FailureContext,
} from './failure.ts'
import { readParts } from './reply-parts.ts'
import { readReply, type ReadReplyOptions, type Reply } from './reply.ts'
import { createStreamCalls } from './stream-calls.ts'
import { createTextGate } from './text-gate.ts'

/** A piece of a reply under way. */
export type ReplyDelta =
  | {
      readonly type: 'text-delta'
      /** All of a reply's, one after the other, are its `text`. */
      readonly text: string
    }
  | {
      readonly type: 'tool-input-delta'
      /** The call's place among all calls of the reply (`allCalls`), from 0. */
      readonly position: number
      /** As the model wrote it. */
      readonly toolName: string
      /** A piece of the JSON text of the call's arguments: to be shown, not to be run. */
      readonly text: string
    }

/** Reads the event stream of one reply, piece by piece. Of no use after it threw. */
export interface StreamReader {
  /** Reads the next bytes and tells the deltas in them. @throws FailedStream */
  readonly push: (bytes: Uint8Array) => void
  /** `[DONE]` came: what follows is not read. */
  readonly isDone: boolean
  /** The reply is whole: `[DONE]` or a finish reason came. After the latter, only its usage may still follow. */
  readonly isWhole: boolean
  /**
   * The body ended. Tells the remaining deltas and gives the reply; or the text of a body that was no event stream but
   * JSON, a page or nothing.
   * @throws FailedStream
   */
  readonly end: () => { readonly reply: Reply } | { readonly text: string }
}

/** What a stream is read with. */
export interface StreamReaderOptions extends ReadReplyOptions {
  readonly context: FailureContext
  /** The response's, for what they say of a failure. */
  readonly headers?: Headers
  /** Takes a delta; text comes once for all events of a push. */
  readonly onDelta: (delta: ReplyDelta) => void
}

/** Why a stream gave no reply. */
export class FailedStream extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.error.message)
    this.name = 'FailedStream'
    this.failure = failure
  }
}

/** Reads the event stream of one reply: whatever its shape, the events make up one body, which `readReply` reads. */
export function createStreamReader(options: StreamReaderOptions): StreamReader {
  const { context, headers = new Headers(), onDelta, tools = [], recover } = options
  const gate = createTextGate({ tools, recover })
  let said = ''
  let unshown = ''
  let shownChars = 0
  let usage: unknown
  let finishReason: unknown
  let isDone = false
  let isEnding = false

  const showText = (): void => {
    if (unshown === '') return
    const text = gate.push(unshown)
    unshown = ''
    if (text === '') return
    shownChars += text.length
    onDelta({ type: 'text-delta', text })
  }

  const calls = createStreamCalls(
    (position, toolName, text) => onDelta({ type: 'tool-input-delta', position, toolName, text }),
    (what) => fail('stream.ambiguous', `The calls of the stream cannot be told apart. ${what}`, 1),
  )

  const readFrame = (json: unknown, data: string, type: string): void => {
    if (type === 'error' || holdsError(json)) {
      throw new FailedStream(readFailure({ status: 200, headers, text: data, json }, context))
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) failMalformed(data)
    const parts = readParts(json)
    said += parts.said
    unshown += parts.said
    if (isTold(parts.usage)) usage = parts.usage
    if (isText(parts.finishReason)) finishReason = parts.finishReason
    if (Array.isArray(parts.toolCalls) && parts.toolCalls.length > 0) {
      showText()
      calls.add(parts.toolCalls)
    }
  }

  const readEvent = (data: string, type: string): void => {
    if (isDone) return
    if (PLAIN_TEXT.test(data) && type === '') {
      const text = data.slice(TEXT_START, data.indexOf('"', TEXT_START))
      said += text
      unshown += text
    } else if (data.trim() === '[DONE]') {
      isDone = true
    } else if (data.trim() !== '') {
      let json: unknown
      try {
        json = JSON.parse(data)
      } catch {
        // The last event of a body that was cut ends anywhere.
        if (isEnding) return
        if (type !== 'error') failMalformed(data)
      }
      readFrame(json, data, type)
    }
  }

  const failMalformed = (data: string): never =>
    fail(
      'stream.malformed',
      `An event of the stream is not the JSON of a reply: ${quote(data, context)}`,
      3,
    )

  const events = createEventStream(readEvent)

  return {
    get isDone() {
      return isDone
    },
    get isWhole() {
      return isDone || finishReason !== undefined
    },
    push: (bytes) => {
      if (isDone) return
      typed(() => events.push(bytes))
      showText()
    },
    end: () => {
      isEnding = true
      const text = typed(events.end)
      if (text !== undefined) return { text }
      if (!isDone && finishReason === undefined) {
        fail('stream.cut', 'The stream ended before its reply was whole.', 3)
      }
      showText()
      const body = { response: said, tool_calls: calls.end(), usage, finish_reason: finishReason }
      const reply = readReply(body, options)
      const rest = reply.text.slice(shownChars)
      if (rest !== '') onDelta({ type: 'text-delta', text: rest })
      return { reply }
    },
  }
}

/** Nearly every event of the native dialect. What matches is JSON for certain, and its text has no escapes. */
const PLAIN_TEXT =
  // oxlint-disable-next-line no-control-regex -- JSON text has none of them unescaped
  /^\{"response":"[^"\\\u0000-\u001f]*"(?:,"tool_calls":\[\])?(?:,"p":"\w*")?\}$/
const TEXT_START = '{"response":"'.length

/** Null, empty or all zeros says nothing: where several events have a usage, the last one that tells something counts. */
const isTold = (usage: unknown): boolean =>
  typeof usage === 'object' && usage !== null && Object.values(usage).some((count) => count > 0)

const isText = (value: unknown): boolean => typeof value === 'string'

function fail(...[code, message, retries]: Parameters<typeof streamFailure>): never {
  throw new FailedStream(streamFailure(code, message, retries))
}

/** Gives what a limit stopped as a failed stream. */
function typed<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw DroverError.is(error)
      ? new FailedStream(streamFailure(error.code, error.message, 0))
      : error
  }
}
