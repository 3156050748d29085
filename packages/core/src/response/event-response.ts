import type { LogEntry } from '../run/event-log.ts'
import type { RunStream } from '../run/run-stream.ts'
import { eventStreamResponse, type ResponseOptions } from './event-stream-body.ts'

/** Where a reading of events begins. */
export interface EventResponseOptions extends ResponseOptions {
  /** The `Last-Event-ID` header of a client that comes back: what came after that event is sent. @default all */
  readonly lastEventId?: string | null | undefined
}

/**
 * The events of a run as an event stream (SSE), each as JSON with its id, so that an `EventSource` that lost its connection
 * goes on where it was: no kept event twice, none missing. A run whose readers come back has `onLeave: 'continue'`, and
 * is kept by its `runId` for as long as they may.
 *
 * A failed run says so in its `run-end`, and then the body ends like any other; an end without `run-end` is none. An
 * `EventSource` connects again after every end: close it at `run-end`.
 *
 * Events tell everything: instructions, inputs, results, messages of errors. They are for programs you trust; for a
 * page there is `toUIMessageStreamResponse`.
 * @throws DroverError `config.input` when `lastEventId` is no id of this run's.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function toResponse(
  stream: Pick<RunStream, 'entries'>,
  { lastEventId, ...options }: EventResponseOptions = {},
): Response {
  const writer = {
    write: ({ id, event }: LogEntry) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`,
    close: () => '',
  }
  // A header that is there and empty is the browser's word for none.
  return eventStreamResponse(stream.entries(lastEventId || undefined), writer, {}, options)
}
