import type { JsonValue } from '../message.ts'
import type { BodyEnding, RecordedBody, RecordedChunk } from './cassette.ts'
import type { CassetteRedaction } from './cassette-redaction.ts'
import { parseSafe } from './parse-safe.ts'
import { redactChunks } from './redact-stream.ts'

/** Writes a body down, without its secrets. */
export function toRecordedBody(
  chunks: readonly Uint8Array[],
  ending: BodyEnding,
  isStream: boolean,
  redaction: CassetteRedaction,
): RecordedBody {
  const clean = redactChunks(chunks, redaction)
  if (isStream || ending !== 'end') return { chunks: clean.map(toChunk), ending }
  const text = decode(chunks)
  if (text === undefined) return { chunks: clean.map(toChunk), ending }
  const json = parseSafe(text)
  if (json === undefined) return { text: redaction.text(text) }
  const whole = redaction.json(json)
  const isPlain = JSON.stringify(json) === text || JSON.stringify(whole) !== JSON.stringify(json)
  return isPlain ? { json: whole } : { text: redaction.text(text) }
}

/** The chunks of a body, as they are to go out. */
export function toBodyChunks(body: RecordedBody): readonly Uint8Array[] {
  const encoder = new TextEncoder()
  if ('json' in body) return [encoder.encode(JSON.stringify(body.json))]
  if ('text' in body) return body.text === '' ? [] : [encoder.encode(body.text)]
  return body.chunks.map((chunk) => {
    if (typeof chunk === 'string') return encoder.encode(chunk)
    if ('data' in chunk) return encoder.encode(toEvent(chunk.data))
    return Uint8Array.from(atob(chunk.base64), (byte) => byte.charCodeAt(0))
  })
}

function toChunk(bytes: Uint8Array): RecordedChunk {
  const text = decode([bytes])
  if (text === undefined) {
    return { base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) }
  }
  const data = text.startsWith('data: ') ? parseSafe(text.slice('data: '.length)) : undefined
  return data !== undefined && toEvent(data) === text ? { data } : text
}

const toEvent = (data: JsonValue): string => `data: ${JSON.stringify(data)}\n\n`

/** Undefined where the bytes are no UTF-8. */
function decode(chunks: readonly Uint8Array[]): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }))
    return texts.join('') + decoder.decode()
  } catch {
    return undefined
  }
}
