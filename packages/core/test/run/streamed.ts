import type { StreamEvent } from '@drover/core'

/** How a stream ends: as it should, cut off, or not at all. */
interface StreamedOptions {
  readonly end?: 'done' | 'cut' | 'never'
  readonly onPull?: () => void
  readonly onCancel?: (reason: unknown) => void
}

/** A native event stream, a frame for each piece: a text, or the frame itself. Nothing is made before it is read. */
export function streamed(
  pieces: Iterable<string | object>,
  { end = 'done', onPull = () => {}, onCancel = () => {} }: StreamedOptions = {},
): Response {
  const encoder = new TextEncoder()
  const iterator = pieces[Symbol.iterator]()
  const write = (data: string): Uint8Array => encoder.encode(`data: ${data}\n\n`)
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        onPull()
        const { done, value } = iterator.next()
        if (!done) {
          const frame = typeof value === 'string' ? { response: value } : value
          return controller.enqueue(write(JSON.stringify(frame)))
        }
        if (end === 'never') return new Promise<void>(() => {})
        if (end === 'done') controller.enqueue(write('[DONE]'))
        controller.close()
        return undefined
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** What a reader of the deltas has of a step in the end. */
export function textOf(events: Iterable<StreamEvent>, step: number): string {
  let text = ''
  for (const event of events) {
    if (event.type === 'text-delta' && event.step === step) text += event.text
    if (event.type === 'reply-reset' && event.step === step) text = ''
  }
  return text
}
