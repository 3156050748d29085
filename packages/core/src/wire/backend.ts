import type { WireInputs } from './inputs.ts'

/** One inference to send. Whoever needs `inputs` never pays for `body()`, and the other way round. */
export interface WireRequest {
  /** The model id, such as `@cf/meta/llama-3.1-8b-instruct-fast`. */
  readonly model: string
  /**
   * The inputs as an object: what `env.AI.run` takes. Its `messages` array is the run's own and grows with the next
   * step: serialise or copy it before `send` settles, keep no reference.
   */
  readonly inputs: WireInputs
  /** The same inputs as JSON text: what REST sends. Serialised append-only, so a step costs what is new. */
  readonly body: () => string
}

/** How one request is to be sent. */
export interface SendOptions {
  /** Aborting it closes the connection; `send` then rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}

/**
 * What reaches Workers AI. Sends one inference and gives the answer as it came: JSON, an error envelope or an event
 * stream. Never parses, never retries. Rejects only when there is no answer at all (network, abort).
 */
export interface Backend {
  /** Shown in events and logs, such as `rest` or `binding`. */
  readonly name: string
  readonly send: (request: WireRequest, options: SendOptions) => Promise<Response>
  /** Removes this backend's secrets from foreign text before it enters an error, an event or a log. */
  readonly redact?: (text: string) => string
}
