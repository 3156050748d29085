/** Puts items into the text of an event stream. */
export interface FrameWriter<Item> {
  /** The frames for one item; `""` for none. */
  readonly write: (item: Item) => string
  /** The frames after the last item. `error` is what the source threw in place of an end; throwing breaks the body off. */
  readonly close: (error: unknown) => string
}

/** What may be said of every response. */
export interface ResponseOptions {
  /** Added to the response's own, or in their place. */
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  /** @default 200 */
  readonly status?: number
}

/**
 * A response that reads its items as its client reads them: nothing is fetched ahead, so a slow client holds the source
 * back, and one that goes away leaves it.
 */
export function eventStreamResponse<Item>(
  items: AsyncIterable<Item>,
  writer: FrameWriter<Item>,
  ownHeaders: Readonly<Record<string, string>>,
  { headers, status = 200 }: ResponseOptions,
): Response {
  const all = new Headers({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    // Else nginx keeps the stream back until a buffer is full.
    'x-accel-buffering': 'no',
    ...ownHeaders,
  })
  new Headers(headers).forEach((value, name) => all.set(name, value))
  return new Response(toBody(items, writer), { status, headers: all })
}

function toBody<Item>(
  items: AsyncIterable<Item>,
  writer: FrameWriter<Item>,
): ReadableStream<Uint8Array> {
  // At once: a client that leaves before it reads leaves the run too.
  const iterator = items[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let gone = false
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        for (;;) {
          let next: IteratorResult<Item, unknown> = END
          let failure: unknown
          try {
            next = await iterator.next()
          } catch (error) {
            failure = error
          }
          if (gone) return
          const frames = next.done === true ? writer.close(failure) : writer.write(next.value)
          if (frames !== '') controller.enqueue(encoder.encode(frames))
          if (next.done === true) return controller.close()
          if (frames !== '') return
        }
      },
      cancel: async () => {
        gone = true
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }
