import type { JsonValue } from '../message.ts'
import { isRecord } from './cassette.ts'
import type { CassetteRedaction } from './cassette-redaction.ts'
import { parseSafe } from './parse-safe.ts'

/**
 * Takes secrets out of the chunks of a body: also those that are cut by the end of a chunk, and those that an event stream
 * brings in several events. Lines in which there are none keep their bytes, and chunks end where they ended; one that ended
 * inside a line that was changed ends behind it.
 */
export function redactChunks(
  chunks: readonly Uint8Array[],
  redaction: CassetteRedaction,
): readonly Uint8Array[] {
  const { bytes, ends } = join(chunks)
  const lines = toLines(bytes)
  const clean = redactEvents(
    lines.map(({ text }) => text),
    redaction,
  )
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  const cuts: number[] = []
  let length = 0
  let next = 0
  for (const [index, { start, end, text }] of lines.entries()) {
    const line = clean[index] ?? text
    const part = line === text ? bytes.subarray(start, end) : encoder.encode(line)
    for (let cut = ends[next]; cut !== undefined && cut <= end; cut = ends[++next]) {
      cuts.push(length + (line === text ? cut - start : part.length))
    }
    parts.push(part)
    length += part.length
  }
  const { bytes: joined } = join(parts)
  return cuts
    .map((cut, index) => joined.subarray(cuts[index - 1] ?? 0, cut))
    .filter((chunk) => chunk.length > 0)
}

function join(chunks: readonly Uint8Array[]): { bytes: Uint8Array; ends: readonly number[] } {
  let length = 0
  const ends = chunks.map((chunk) => (length += chunk.length))
  const bytes = new Uint8Array(length)
  for (const [index, chunk] of chunks.entries()) bytes.set(chunk, (ends[index] ?? 0) - chunk.length)
  return { bytes, ends }
}

interface Line {
  readonly start: number
  /** Behind its line end. */
  readonly end: number
  readonly text: string
}

function toLines(bytes: Uint8Array): readonly Line[] {
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  const lines: Line[] = []
  for (let start = 0; start < bytes.length;) {
    let end = start
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++
    end = Math.min(bytes.length, end + 1)
    lines.push({ start, end, text: decoder.decode(bytes.subarray(start, end)) })
    start = end
  }
  return lines
}

/** A text inside the events of a stream, and the pieces of it. */
interface Joined {
  text: string
  readonly pieces: { readonly text: string; readonly set: (clean: string) => void }[]
}

function redactEvents(lines: readonly string[], redaction: CassetteRedaction): readonly string[] {
  const byPath = new Map<string, Joined>()
  const events = lines.map((line) => {
    const [all, field = '', data = '', lineEnd = ''] = /^(data: ?)(.*?)([\r\n]?)$/.exec(line) ?? []
    const event = all === undefined ? undefined : parseSafe(data)
    if (event === undefined) return { write: () => redaction.text(line) }
    const before = JSON.stringify(event)
    const clean = structuredClone(redaction.json(event))
    collect(event, clean, '', byPath)
    return {
      write: () => {
        const after = JSON.stringify(clean)
        return after === before ? line : field + after + lineEnd
      },
    }
  })
  for (const { text, pieces } of byPath.values()) {
    if (pieces.length < 2) continue
    const whole = redaction.text(text)
    if (whole === text || pieces.map((piece) => redaction.text(piece.text)).join('') === whole) {
      continue
    }
    for (const [index, piece] of pieces.entries()) piece.set(index === 0 ? whole : '')
  }
  return events.map(({ write }) => write())
}

/** Notes the texts of an event under their places; calls that come in pieces are told apart by their `index`. */
function collect(
  event: JsonValue,
  clean: JsonValue,
  path: string,
  byPath: Map<string, Joined>,
): void {
  if (typeof event !== 'object' || event === null) return
  for (const [key, value] of Object.entries(event)) {
    const index = isRecord(value) && Array.isArray(event) ? value['index'] : undefined
    const place = `${path}/${typeof index === 'number' ? index : key}`
    if (typeof value === 'string') {
      const joined = byPath.get(place) ?? { text: '', pieces: [] }
      joined.text += value
      joined.pieces.push({ text: value, set: (text) => Reflect.set(Object(clean), key, text) })
      byPath.set(place, joined)
    } else collect(value, Reflect.get(Object(clean), key), place, byPath)
  }
}
