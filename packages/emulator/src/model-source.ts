import type { JsonValue } from '@drover/core'
import type { JsonObject } from './json-object.ts'
import type { MisbehaviourName } from './misbehave/misbehaviours.ts'
import type { StreamingOptions } from './streaming/streaming-options.ts'

/** A tool the client offered, whichever of the two formats it came in. */
export interface OfferedTool {
  readonly name: string
  /** `""` when the client sent none. */
  readonly description: string
  /** The JSON Schema of its input, as it came. */
  readonly parameters: JsonObject
}

/** A call a model makes: what the client's tool of that name is to be given. */
export interface ModelToolCall {
  readonly toolName: string
  readonly input: JsonObject
}

/** One message of the conversation, whichever way the client wrote its calls down. */
export interface ModelMessage {
  /** Any text: the service does not check roles. */
  readonly role: string
  /** `""` where the content was only a call written as text. */
  readonly content: string
  readonly toolCalls: readonly ModelToolCall[]
  /** Of a tool message: the tool it answers for, where that can be told. */
  readonly toolName?: string
  /** Of a tool message: the input its call had, where that can be told. */
  readonly toolInput?: JsonObject
}

/** One inference, validated and with the service's defaults applied. */
export interface ModelRequest {
  readonly model: string
  /** Every field as the service sees it. */
  readonly inputs: JsonObject
  /** The inputs as the client sent them; where absent, as `inputs`. */
  readonly sent?: JsonObject
  readonly tools: readonly OfferedTool[]
  /** Empty when the client sent a `prompt`. */
  readonly messages: readonly ModelMessage[]
  readonly prompt?: string
}

/** What the model says and calls; cut, counted and shaped by the emulator as the model's wire does it. */
export interface SpokenReply {
  readonly text?: string
  readonly toolCalls?: readonly ModelToolCall[]
  /** What a real model's server counted and cut. @default counted and cut by the emulator */
  readonly measured?: Measured
  /** How it is streamed, where a stream was asked for; each field goes before the emulator's own. */
  readonly streaming?: StreamingOptions
  /** What goes wrong with it, whatever the emulator's own `misbehave` says. */
  readonly misbehave?: readonly MisbehaviourName[]
}

/** What a model server says of a reply that it has cut itself. */
export interface Measured {
  /** True when `max_tokens` ended it. */
  readonly cut: boolean
  /** @default counted by the emulator */
  readonly inputTokens?: number
  /** @default counted by the emulator */
  readonly outputTokens?: number
}

/**
 * A reply that is still being spoken, for a client that asked for a stream: yields pieces of its text as they come and
 * returns the whole of it, that text included. It goes out piece by piece, unless `streaming` asks for what needs the
 * whole reply first: a fault, other chunks, quirks of lines, or usage on every frame. What it throws after the first
 * piece becomes an error in the stream.
 */
export interface LiveReply {
  readonly live: AsyncGenerator<string, SpokenReply, undefined>
}

/** A `result` that goes onto the wire exactly as it is: the way to hand out a malformed answer. */
export interface RawReply {
  readonly result: JsonValue
}

/**
 * The body of an event stream, chunk by chunk exactly as it is: the way to hand out a recorded stream. It is read as
 * fast as the client reads, no further than the client stays, and with the emulator's `delayMs`.
 */
export interface RawStreamReply {
  readonly stream: Iterable<string | Uint8Array>
}

/** An error of the service. */
export interface ErrorReply {
  readonly error: {
    /** The service's code, such as 3040. */
    readonly code: number
    /** @default the service's own text for the code, where it has one */
    readonly message?: string
    /** HTTP status. @default the service's status for the code, otherwise 500 */
    readonly status?: number
    /** Seconds; sent as `Retry-After`. */
    readonly retryAfter?: number
  }
}

/** What a model source may answer. */
export type ModelReply = SpokenReply | LiveReply | RawReply | RawStreamReply | ErrorReply

/** What stands in for the model: gets each validated inference and answers it. */
export interface ModelSource {
  /** Sent with every answer as `x-drover-model-source`. */
  readonly name: string
  /** What it throws becomes a 500 with the message in it. `signal` aborts when the client leaves. */
  readonly reply: (
    request: ModelRequest,
    options?: { readonly signal: AbortSignal },
  ) => ModelReply | Promise<ModelReply>
}
