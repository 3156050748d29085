import type { SeededRandom } from './seeded-random.ts'
import type { LineEnds, StreamQuirk } from './streaming-options.ts'

/** One event of a stream. */
export interface StreamFrame {
  /** JSON text, or `[DONE]`. */
  readonly data: string
  /** @default none: a `message` */
  readonly event?: string
}

/** What the mark at the end says. */
export const DONE = '[DONE]'

const LINE_ENDS: Readonly<Record<LineEnds, string>> = { lf: '\n', crlf: '\r\n', cr: '\r' }

/** How frames become lines. */
export interface FrameTextOptions {
  readonly lineEnds: LineEnds
  readonly quirks: readonly StreamQuirk[]
  readonly random: SeededRandom
}

/** Each frame as the text of its lines, with the empty line that ends it. */
export function* toFrameTexts(
  frames: Iterable<StreamFrame>,
  { lineEnds, quirks, random }: FrameTextOptions,
): Generator<string> {
  const has = new Set(quirks)
  const end = LINE_ENDS[lineEnds]
  let count = 0
  for (const { data, event } of frames) {
    const lines: string[] = []
    if (has.has('comments') && (count === 0 || random() < 0.5)) lines.push(': keep-alive', '')
    if (event !== undefined) lines.push(`event: ${event}`)
    else if (has.has('fields')) lines.push('event: message')
    if (has.has('fields')) lines.push(`id: ${count}`, 'retry: 3000')
    const field = has.has('no-space') ? 'data:' : 'data: '
    if (data === DONE && has.has('bare-done')) lines.push(DONE)
    // White space between the tokens of JSON means nothing, so its first brace may end a line.
    else if (has.has('data-lines') && data.startsWith('{')) {
      lines.push(`${field}{`, `${field}${data.slice(1)}`)
    } else lines.push(`${field}${data}`)
    const mark = count === 0 && has.has('byte-order-mark') ? '\uFEFF' : ''
    yield `${mark}${lines.map((line) => line + end).join('')}${end}`
    count++
  }
}
