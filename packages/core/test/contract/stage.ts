import type { Backend, JsonValue, WireInputs } from '@drover/core'

/**
 * What the model, or what stands between it and us, does with one request. Plain JSON, so that it can be told to a
 * server from inside workerd. A text or calls are spoken by the model; the rest is what a backend must survive.
 */
export type StagedReply =
  | string
  | {
      readonly text?: string
      readonly toolCalls: readonly { readonly toolName: string; readonly input: JsonObject }[]
    }
  /** Spoken as an event stream, in the way that is named. */
  | {
      readonly text?: string
      readonly toolCalls?: readonly { readonly toolName: string; readonly input: JsonObject }[]
      readonly streaming: StagedStreaming
    }
  /** A `result` exactly as it is, in the envelope of the way it goes. */
  | { readonly result: JsonValue; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly error: {
        readonly code: number
        readonly message: string
        readonly status: number
        readonly retryAfter?: number
      }
    }
  /** The same bytes on every way: what an edge answers in the service's place. */
  | { readonly status: number; readonly body: string; readonly contentType?: string }
  /** Never an answer; no answer and a broken connection; half an answer and a broken connection. */
  | { readonly fault: 'hang' | 'cut' | 'half' }
  /** The model says what the last message says. */
  | { readonly echo: true }

/** The emulator's words for how a reply is streamed; it checks them itself. */
export interface StagedStreaming {
  readonly variant?: string
  readonly chunks?: string
  readonly lineEnds?: string
  readonly quirks?: readonly string[]
  readonly seed?: number
  readonly fault?: StagedFault
}

/** What goes wrong with a stream, in the emulator's words. */
export interface StagedFault {
  readonly type: string
  readonly afterFrames?: number
  readonly afterBytes?: number
  readonly shape?: string
  readonly followedByDone?: boolean
}

export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A request as it arrived. */
export interface SeenRequest {
  readonly model: string
  readonly inputs: WireInputs
}

/** A backend with a script behind it. */
export interface Scene extends AsyncDisposable {
  readonly backend: Backend
  /** What arrived so far, in order. */
  readonly requests: () => Promise<readonly SeenRequest[]>
  /** Resolves when request `number` (from 1) has arrived. */
  readonly arrival: (number: number) => Promise<unknown>
  /** Resolves when `number` connections were closed on our side before they were answered. */
  readonly closing: (number: number) => Promise<unknown>
}

/** Sets a scene: replies in order, one for each request. */
export type OpenScene = (replies: readonly StagedReply[]) => Promise<Scene>
