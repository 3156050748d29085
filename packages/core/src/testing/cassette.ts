import type { JsonValue } from '../message.ts'

/** A JSON object. Its keys may be foreign text. */
export interface JsonRecord {
  readonly [key: string]: JsonValue
}

/**
 * What was said to Workers AI and what it answered, as one reviewable JSON text. The requests of a run repeat each other,
 * so each holds only what the one before it did not.
 */
export interface Cassette {
  /** The form of this file. */
  readonly version: 1
  /** Name of the backend that was recorded. */
  readonly backend: string
  readonly exchanges: readonly Exchange[]
  /** The events of the runs that were taken, in the order in which they were. */
  readonly runs: readonly (readonly JsonRecord[])[]
}

/** One request and what came of it. */
export interface Exchange {
  readonly request: PackedRequest
  readonly answer: RecordedAnswer
}

/** A request, as a difference to the one before it. */
export interface PackedRequest {
  readonly model: string
  readonly same?: {
    /** Names of the inputs that are as in the request before. */
    readonly inputs?: readonly string[]
    /** How many messages at the beginning are as in the request before. */
    readonly messages?: number
  }
  readonly inputs: JsonRecord
}

/** A request as it was sent, without its secrets. */
export interface RecordedRequest {
  readonly model: string
  readonly inputs: JsonRecord
}

/** What came of a request: an answer, no answer because the request failed, or none before its sender left. */
export type RecordedAnswer = HttpAnswer | NoAnswer | 'left'

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number
  /** Those that are kept, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: RecordedBody
  /** Milliseconds before the answer, and before each chunk of it; only where timing was asked for. */
  readonly waitsMs?: readonly number[]
}

/** The request failed without an answer. */
export interface NoAnswer {
  readonly failure: string
}

/** A body: parsed where it is compact JSON, else its text, and piece by piece where it was streamed or did not end well. */
export type RecordedBody =
  | { readonly json: JsonValue }
  | { readonly text: string }
  | { readonly chunks: readonly RecordedChunk[]; readonly ending: BodyEnding }

/**
 * The bytes that came at once: text; the JSON of exactly one event, `data: …` and an empty line; or base64, where a
 * character was cut.
 */
export type RecordedChunk = string | { readonly data: JsonValue } | { readonly base64: string }

/** How a body went out: to its end, by breaking, or because its reader left it. */
export type BodyEnding = 'end' | 'left' | { readonly failure: string }

/** Headers that are kept: what the reading of an answer looks at. None of them carries a secret. */
export const KEPT_HEADERS: readonly string[] = [
  'content-type',
  'retry-after',
  'retry-after-ms',
  'cf-ai-neurons',
  'cf-ai-req-id',
]

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
