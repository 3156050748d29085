import type { RenderedStream } from './render-stream.ts'

/** A stream whose chunks go out as they are. */
export function toRawStream(
  chunks: Iterable<string | Uint8Array>,
  delayMs: number = 0,
): RenderedStream {
  return { contentType: 'text/event-stream', chunks: toBytes(chunks), ending: 'end', delayMs }
}

function* toBytes(chunks: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk
}
