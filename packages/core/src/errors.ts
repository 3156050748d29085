/**
 * Why something failed. Closed: a `switch` over it is complete.
 *
 * - `config.invalid`: an option is missing, malformed or out of range.
 * - `config.input`: the prompt or a message is empty, too long or malformed.
 * - `config.tool`: a tool's name, description or schema cannot be used; also duplicate names.
 * - `config.model`: the model id is unknown, or lacks what was asked of it.
 * - `config.credentials`: account id or API token is missing or malformed. Never holds their value.
 * - `model.retired`: the service retired the model (5028); the message names a replacement.
 * - `model.refused`: the service refused the content (3030, 8007).
 * - `model.empty`: the reply held neither text nor a call.
 * - `model.no_call`: the model was made to call a tool and answered in words, twice.
 * - `model.no_output`: the model gave no `output` that fits its schema, however often it was asked.
 * - `model.json_mode`: JSON mode could not be met (5024).
 * - `reply.truncated`: a tool call was cut off by the limit of tokens, and again with twice the room.
 * - `http.auth`: bad token or missing permission (10000, 401).
 * - `http.forbidden`: the account may not use this (3023, 3041, 5016, 5018, 5035, 403; 2021, 402).
 * - `http.not_found`: no such model or route (3042, 5007, 7000, 7003, 404).
 * - `http.bad_request`: the service refused the inputs (5006, 8001, 3003, 400 …).
 * - `http.too_large`: the request is too large (3006, 413).
 * - `http.context_window`: input plus `max_tokens` exceeds the model's window (5021, 3010).
 * - `http.rate_limited`: too many requests (429, 2003).
 * - `http.capacity`: the service is out of capacity for now (3040).
 * - `http.quota`: the daily free allocation is used up until 00:00 UTC (3036, 4006).
 * - `http.timeout`: the request or the inference took too long (3007, 3046, 408, 504 …).
 * - `http.network`: no connection, or it broke.
 * - `http.server`: the service failed (500, 502, 503 …).
 * - `http.protocol`: the answer was not what Workers AI sends (HTML, half JSON, an unexpected shape).
 * - `stream.cut`: an event stream ended before its reply was whole.
 * - `stream.malformed`: an event of a stream could not be read.
 * - `stream.ambiguous`: the calls of a stream cannot be told apart.
 * - `security.approval`: a decision does not belong to a call that waits for one, or the tool has changed since.
 * - `security.limit`: foreign data exceeded a size, depth or key limit, or held a forbidden key.
 * - `test.unscripted`: a scripted or recorded backend got a request it has no reply for, or has replies left.
 */
export type DroverErrorCode =
  | 'config.invalid'
  | 'config.input'
  | 'config.tool'
  | 'config.model'
  | 'config.credentials'
  | 'model.retired'
  | 'model.refused'
  | 'model.empty'
  | 'model.no_call'
  | 'model.no_output'
  | 'model.json_mode'
  | 'reply.truncated'
  | 'http.auth'
  | 'http.forbidden'
  | 'http.not_found'
  | 'http.bad_request'
  | 'http.too_large'
  | 'http.context_window'
  | 'http.rate_limited'
  | 'http.capacity'
  | 'http.quota'
  | 'http.timeout'
  | 'http.network'
  | 'http.server'
  | 'http.protocol'
  | 'stream.cut'
  | 'stream.malformed'
  | 'stream.ambiguous'
  | 'security.approval'
  | 'security.limit'
  | 'test.unscripted'

// On the global symbol registry, because bundles and workspaces duplicate code: `instanceof` fails across copies.
const BRAND = Symbol.for('drover.error')

/** The error every Drover function throws. `message` says what was expected, what came, and what to do. */
export class DroverError extends Error {
  readonly code: DroverErrorCode

  constructor(code: DroverErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'DroverError'
    this.code = code
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** True for an error of any copy of Drover in this process. */
  static is(error: unknown): error is DroverError {
    return typeof error === 'object' && error !== null && BRAND in error
  }
}

/** What is known of a failed request. */
export interface BackendErrorDetails {
  /** HTTP status, where one was seen. */
  readonly status?: number
  /** The service's own code, such as 3040. */
  readonly serviceCode?: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** The service's `cf-ai-req-id`, for a support request. */
  readonly requestId?: string
  readonly cause?: unknown
}

/** A request to Workers AI that failed: refused, unreachable, overloaded, or answered with something unreadable. */
export class BackendError extends DroverError {
  declare readonly retryable: boolean
  declare readonly status?: number
  declare readonly serviceCode?: number
  declare readonly retryAfterMs?: number
  declare readonly requestId?: string

  constructor(code: DroverErrorCode, message: string, details: BackendErrorDetails) {
    const { cause, ...known } = details
    super(code, message, cause === undefined ? undefined : { cause })
    this.name = 'BackendError'
    Object.assign(this, known)
  }
}
