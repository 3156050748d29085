import type { Backend } from '../wire/backend.ts'
import { createTape, messageOf, type Tape, type TapeEntry, type TapeOptions } from './tape.ts'

/** A backend that passes everything on to another, and notes what is said. */
export interface RecordingBackend extends Backend {
  /**
   * Keeps the events of a run (`result.events`), to be compared with those of a replay. Their secrets are taken out as
   * those of the exchanges are.
   */
  readonly takeRun: Tape['takeRun']
  /** The cassette so far: for a file, or for `replayBackend`. */
  readonly text: () => string
}

/**
 * Records what goes over a backend: the requests, and the bytes of the answers as they came, streams in their chunks. What
 * is called like a secret, `redact.secrets` and the backend's own token never reach the cassette; headers that are not
 * needed to read an answer neither.
 * @throws DroverError `config.invalid` for `redact.secrets` that are none.
 */
export function recordingBackend(backend: Backend, options: TapeOptions = {}): RecordingBackend {
  const tape = createTape(backend.name, options, backend.redact)
  return {
    ...backend,
    send: async (request, sendOptions) => {
      // Taken from the text that would be sent: the list of messages grows with the next step.
      const entry = tape.begin(request.model, JSON.parse(request.body()))
      const isAborted = (): boolean => sendOptions.signal?.aborted === true
      try {
        const response = await backend.send(request, sendOptions)
        entry.answer(response.status, response.headers)
        return passOn(response, entry, isAborted)
      } catch (error) {
        if (!isAborted()) entry.fail(error)
        throw error
      }
    },
    takeRun: tape.takeRun,
    text: tape.text,
  }
}

/** The same answer; its body is noted while it is read, and read no faster. */
function passOn(response: Response, entry: TapeEntry, isAborted: () => boolean): Response {
  if (response.body === null) {
    entry.end('end')
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read()
          if (done) {
            entry.end('end')
            return controller.close()
          }
          entry.chunk(value)
          controller.enqueue(value)
        } catch (error) {
          if (!isAborted()) entry.end({ failure: messageOf(error) })
          controller.error(error)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}
