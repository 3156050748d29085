/**
 * Makes a Response of whatever `env.AI.run` gave. Asked for one, the class still gives a parsed object or a stream when
 * another call in the same isolate asked otherwise in the meantime: it keeps the options of the latest call on itself.
 */
export async function readAnswer(answer: unknown): Promise<Response> {
  if (isResponse(answer)) return answer
  if (isStream(answer)) return readStream(answer)
  // `undefined` is no JSON; null is read as an empty reply.
  return Response.json(answer ?? null)
}

// By shape, not by class: outside a Worker (`getPlatformProxy`) they are another realm's.
const isResponse = (answer: unknown): answer is Response =>
  has(answer, 'status') && has(answer, 'headers') && has(answer, 'text')

const isStream = (answer: unknown): answer is ReadableStream<Uint8Array> => has(answer, 'getReader')

const has = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value

/**
 * A stream is an event stream, or JSON whose content type was not exactly `application/json`. The first byte that is no
 * white space tells; the rest passes through as it comes.
 */
async function readStream(stream: ReadableStream<Uint8Array>): Promise<Response> {
  const reader = stream.getReader()
  const seen: Uint8Array[] = []
  let first: number | undefined
  while (first === undefined) {
    const { done, value } = await reader.read()
    if (done) break
    seen.push(value)
    first = value.find((byte) => !BLANKS.has(byte))
  }
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const early = seen.shift()
      if (early !== undefined) return controller.enqueue(early)
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, { headers: { 'content-type': contentTypeOf(first) } })
}

/** Space, tab, line ends, and the three bytes of a byte order mark. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

/** A line of an event stream begins with `data`, `event`, `id`, `retry` or a colon; no JSON text does. */
const contentTypeOf = (first: number | undefined): string =>
  first !== undefined && 'deir:'.includes(String.fromCharCode(first))
    ? 'text/event-stream'
    : 'application/json'
