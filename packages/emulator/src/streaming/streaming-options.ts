import type { StreamFault } from './stream-fault.ts'
import type { StreamVariant } from './stream-variant.ts'

/**
 * Where the bytes are cut: after each frame, after 2 to 5 frames, after each byte, or at random lengths of 1 to 64
 * bytes (also inside a UTF-8 sequence, a line end, the word `data`). `whole` is everything at once.
 */
export type StreamChunks = 'frame' | 'frames' | 'byte' | 'random' | 'whole'

/** How a line ends: `\n`, `\r\n` or `\r`. */
export type LineEnds = 'lf' | 'crlf' | 'cr'

/**
 * Habits of the lines, all allowed by the event-stream format but the first: `bare-done`: `[DONE]` without `data:`.
 * `no-space`: nothing after `data:`. `comments`: heartbeats between frames. `fields`: frames also have `id:`, `event:`
 * and `retry:`. `data-lines`: the JSON of a frame stands in two `data:` lines. `byte-order-mark`: one comes first.
 */
export type StreamQuirk =
  | 'bare-done'
  | 'no-space'
  | 'comments'
  | 'fields'
  | 'data-lines'
  | 'byte-order-mark'

/** How a reply is streamed where the client asked for a stream; everything may be left out. */
export interface StreamingOptions {
  /** @default what the model is known to do: see `StreamVariant` */
  readonly variant?: StreamVariant
  /** @default 'frame' */
  readonly chunks?: StreamChunks
  /** @default 'lf' */
  readonly lineEnds?: LineEnds
  /** @default none */
  readonly quirks?: readonly StreamQuirk[]
  /**
   * An integer from 0 to 4,294,967,295. The same reply to the same request with the same seed is the same bytes, cut at
   * the same places: it decides padding, ids, pieces, mixtures and chunks, and `created` is then 0.
   * @default another for each request
   */
  readonly seed?: number
  /** Milliseconds before each chunk, 0 to 2,147,483,647, on the runtime's timer; the headers go at once. @default 0 */
  readonly delayMs?: number
  /** What goes wrong. @default nothing */
  readonly fault?: StreamFault
}
