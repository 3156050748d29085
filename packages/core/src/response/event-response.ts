import { expected } from '../option.ts'
import type { StreamEvent } from '../run/event.ts'
import { eventStreamResponse, type ResponseOptions } from './event-stream-body.ts'

/** Where a reading of events begins. */
export interface EventResponseOptions extends ResponseOptions {
  /** The `Last-Event-ID` header of a client that comes back: what came after it is sent. @default all */
  readonly lastEventId?: string | null
}

/**
 * The events of a run as an event stream (SSE), each as JSON with an id, so that an `EventSource` that lost its connection
 * goes on where it was: none twice, none missing. The id of a kept event is its `seq`; the ephemeral ones after it have
 * `seq.1`, `seq.2` and so on. A run that fails says so in its `run-end`; then the body ends like any other.
 *
 * Events tell everything: instructions, inputs, results, messages of errors. They are for programs you trust; for a page
 * there is `toUIMessageStreamResponse`. An `EventSource` connects again after every end, so close it at `run-end`.
 * @throws DroverError `config.input` when `lastEventId` is no id of ours.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function toResponse(
  stream: AsyncIterable<StreamEvent>,
  { lastEventId, ...options }: EventResponseOptions = {},
): Response {
  const isSeen = createFilter(lastEventId ?? undefined)
  let seq = -1
  let ephemeral = 0
  let ended = false
  const writer = {
    write: (event: StreamEvent) => {
      if ('seq' in event) {
        ;({ seq } = event)
        ephemeral = 0
        ended = event.type === 'run-end'
      } else ephemeral++
      if (isSeen(seq, ephemeral)) return ''
      const id = ephemeral === 0 ? String(seq) : `${seq}.${ephemeral}`
      return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`
    },
    close: (error: unknown) => {
      // Whatever throws without a `run-end` is no run that failed but a source that broke: no clean end.
      if (error !== undefined && !ended) throw error
      return ''
    },
  }
  return eventStreamResponse(stream, writer, {}, options)
}

/** Says of an event's place whether a client that got `lastEventId` has seen it. */
function createFilter(
  lastEventId: string | undefined,
): (seq: number, ephemeral: number) => boolean {
  if (lastEventId === undefined) return () => false
  const [, seq, ephemeral = '0'] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(lastEventId) ?? []
  if (seq === undefined) {
    throw expected(
      'config.input',
      '`lastEventId`',
      'an id of an event, such as 7 or 7.2',
      lastEventId,
    )
  }
  return (at, among) => at < Number(seq) || (at === Number(seq) && among <= Number(ephemeral))
}
