import { toErrorBody, toResultBody } from '../envelope.ts'
import type { InferenceOutcome } from '../outcome.ts'
import { toServiceError } from '../service-error.ts'
import type { StreamEnding } from '../streaming/apply-fault.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'

/** Answers that are not what the service sends, or do not come as they should. */
export type BodyName =
  | 'success-false'
  | 'html'
  | 'empty-body'
  | 'null-body'
  | 'half-json'
  | 'cut-body'
  | 'charset'
  | 'stream-for-json'
  | 'redirect'
  | 'reset'
  | 'silence'
  | 'slow-body'
  | 'huge-body'
  | 'long-line'
  | 'lost-answer'

const CAPACITY = 3040
const SECOND_MS = 1000
const KIBIBYTE = 1024
const HUGE = 2 * 1024 * 1024 * KIBIBYTE
const LONG = 50 * 1024 * KIBIBYTE
const HTML = '<!DOCTYPE html><html><body><h1>Just a moment …</h1></body></html>\n'

export const bodyFaults: Misbehaviours<BodyName> = {
  'success-false': {
    what: '200 with `success: false` and 3040 inside',
    answer: ({ front }) => {
      const error = toServiceError({ code: CAPACITY })
      const body = toErrorBody(front, error, '00000000-0000-4000-8000-000000000000')
      return toBody(200, 'application/json', JSON.stringify(body))
    },
  },
  html: {
    what: '200 with a page for people',
    answer: () => toBody(200, 'text/html; charset=UTF-8', HTML),
  },
  'empty-body': {
    what: '200 with nothing in it',
    answer: () => toBody(200, 'application/json', ''),
  },
  'null-body': {
    what: '200 with `null`',
    answer: () => toBody(200, 'application/json', 'null'),
  },
  'half-json': ofBody('half of the JSON, as if it were whole', (text) => {
    return toBody(200, 'application/json', text.slice(0, Math.ceil(text.length / 2)))
  }),
  'cut-body': ofBody('the connection breaks in the middle of the JSON', (text) => {
    return toBody(200, 'application/json', text.slice(0, Math.ceil(text.length / 2)), 'cut')
  }),
  charset: ofBody('the type of the JSON has a charset', (text) =>
    toBody(200, 'application/json; charset=utf-8', text),
  ),
  'stream-for-json': ofBody('an event stream where JSON was asked for', (_, { result }) => {
    const frames = `data: ${JSON.stringify(result)}\n\ndata: [DONE]\n\n`
    return toBody(200, 'text/event-stream', frames)
  }),
  redirect: {
    what: '307 to another origin',
    answer: () => ({
      ...toBody(307, 'text/plain', ''),
      headers: { location: 'https://elsewhere.invalid/client/v4/' },
    }),
  },
  reset: {
    what: 'the connection breaks before any answer',
    answer: () => ({ type: 'silence', ending: 'cut' }),
  },
  silence: {
    what: 'no answer ever, on an open connection',
    answer: () => ({ type: 'silence', ending: 'open' }),
  },
  'slow-body': {
    what: 'a byte of the answer each second',
    outcome: (outcome, { front }) => {
      if (outcome.type === 'stream') {
        const { chunks, ...rest } = outcome.stream
        // A reply that is still being spoken is not streamed live where anything may strike it.
        if (!(Symbol.iterator in chunks)) return undefined
        return { ...outcome, stream: { ...rest, chunks: byBytes(chunks), delayMs: SECOND_MS } }
      }
      if (outcome.type !== 'result') return undefined
      const body = toBody(200, 'application/json', textOf(outcome, front))
      const chunks = byBytes(body.stream.chunks)
      return { ...body, stream: { ...body.stream, chunks, delayMs: SECOND_MS } }
    },
  },
  'huge-body': {
    what: 'JSON that begins with 2 GB of white space',
    answer: () => spaces('application/json', '', HUGE),
  },
  'long-line': {
    what: 'a stream whose first line has 50 MB',
    answer: () => spaces('text/event-stream', 'data: ', LONG),
  },
  'lost-answer': {
    what: 'the model has answered, the client gets 504: a retry is paid twice',
    outcome: () => ({ type: 'error', error: toServiceError({ code: 3007, status: 504 }) }),
  },
}

/** An answer with exactly this body. */
export function toBody(
  status: number,
  contentType: string,
  text: string,
  ending: StreamEnding = 'end',
): InferenceOutcome & { readonly type: 'body' } {
  const chunks = text === '' ? [] : [new TextEncoder().encode(text)]
  return { type: 'body', status, stream: { contentType, chunks, ending, delayMs: 0 } }
}

type Result = InferenceOutcome & { readonly type: 'result' }

/** A misbehaviour of answers in JSON. */
function ofBody(
  what: string,
  change: (text: string, outcome: Result) => InferenceOutcome,
): Misbehaviour {
  return {
    what,
    outcome: (outcome, { front }: Struck) =>
      outcome.type === 'result' ? change(textOf(outcome, front), outcome) : undefined,
  }
}

function textOf({ result }: Result, front: Struck['front']): string {
  return JSON.stringify(toResultBody(front, result))
}

function* byBytes(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) for (const byte of chunk) yield Uint8Array.of(byte)
}

/** Written no faster than it is read, from one piece of memory; it ends when the client leaves. */
function spaces(contentType: string, start: string, bytes: number): InferenceOutcome {
  const chunks = filled(new TextEncoder().encode(start), bytes)
  return { type: 'body', status: 200, stream: { contentType, chunks, ending: 'end', delayMs: 0 } }
}

function* filled(start: Uint8Array, bytes: number): Generator<Uint8Array> {
  if (start.length > 0) yield start
  const piece = new Uint8Array(64 * KIBIBYTE).fill(0x20)
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece
  yield new TextEncoder().encode('{}\n\n')
}
