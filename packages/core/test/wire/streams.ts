import { readStream, type ReadStreamOptions, type Reply, type ReplyDelta } from '@drover/core/wire'

const encoder = new TextEncoder()

/** Events as bytes: objects as the service writes them, strings as they are. */
export const toBytes = (events: readonly (object | string)[]): Uint8Array =>
  encoder.encode(
    events
      .map((event) => (typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`))
      .join(''),
  )

export const DONE = 'data: [DONE]\n\n'

/** A body that gives these chunks, and then ends or breaks. */
export function bodyOf(
  chunks: readonly Uint8Array[],
  broken?: Error,
): ReadableStream<Uint8Array> & { readonly wasCancelled: () => boolean } {
  let at = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[at++]
        if (chunk !== undefined) controller.enqueue(chunk)
        else if (broken === undefined) controller.close()
        else controller.error(broken)
      },
      cancel: () => {
        isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(body, { wasCancelled: () => isCancelled })
}

/** Bytes in pieces of the given sizes, over and over. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  return chunks
}

/** What deltas show. */
export interface Shown {
  readonly text: string
  /** The name and the arguments' text of each call, by its position. */
  readonly inputs: readonly (readonly [string, string])[]
}

export function shownOf(deltas: readonly ReplyDelta[]): Shown {
  let text = ''
  const inputs: [string, string][] = []
  for (const delta of deltas) {
    if (delta.type === 'text-delta') text += delta.text
    else {
      const before = inputs[delta.position]?.[1] ?? ''
      inputs[delta.position] = [delta.toolName, before + delta.text]
    }
  }
  return { text, inputs }
}

/** What a stream showed and gave. */
export interface Seen extends Shown {
  readonly deltas: readonly ReplyDelta[]
  readonly reply: Reply
}

/** Reads a stream to its end. */
export async function seeStream(
  chunks: readonly Uint8Array[],
  options?: ReadStreamOptions,
): Promise<Seen> {
  const deltas: ReplyDelta[] = []
  const stream = readStream(bodyOf(chunks), options)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { deltas, reply: value, ...shownOf(deltas) }
    deltas.push(value)
  }
}
