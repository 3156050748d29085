import { BackendError, type BackendErrorDetails, type DroverErrorCode } from '../errors.ts'
import { defined } from '../defined.ts'
import { own } from '../json.ts'
import { adviceFor } from './advice.ts'
import { classify, isServiceCode, type ErrorClass } from './error-code.ts'
import { readRetryAfter } from './retry-after.ts'
import type { Usage } from './usage.ts'

/** A failed request, and how many times it may be sent again. */
export interface Failure {
  readonly error: BackendError
  readonly retries: ErrorClass['retries']
  /** How long to wait before; a random time where it is absent. */
  readonly delayMs?: number
  /** What the service told that it cost, where it told anything. */
  readonly usage?: Usage
}

/** What surrounds a failure. */
export interface FailureContext {
  readonly model: string
  readonly now: number
  /** Takes secrets out; absent where there are none. */
  readonly redact: ((text: string) => string) | undefined
}

/** An answer that is an error: an envelope, an error object, plain text or a page. */
export interface FailedAnswer {
  readonly status: number
  readonly headers: Headers
  /** The body's text. */
  readonly text: string
  /** The body as parsed JSON, where it is JSON. */
  readonly json?: unknown
}

/** Reads an error answer: its code, what it means, whether and when to try again. */
export function readFailure(answer: FailedAnswer, context: FailureContext): Failure {
  const { said, code: serviceCode } = readFault(answer)
  // An error inside a success says nothing by its status, and a caller who passes it on would report a success.
  const status = answer.status < 200 || answer.status > 299 ? answer.status : undefined
  const found = classify(said, serviceCode, status)
  const wait = readRetryAfter(answer.headers, context.now)
  const retryAfterMs = found.code === 'http.quota' ? untilMidnightUtc(context.now) : wait
  const requestId = answer.headers.get('cf-ai-req-id') ?? undefined
  const details: BackendErrorDetails = {
    retryable: found.retries > 0,
    ...defined({ status, serviceCode, retryAfterMs, requestId }),
  }
  const what = [serviceCode && `code ${serviceCode}`, status && `HTTP ${status}`]
    .filter(Boolean)
    .join(', ')
  const message = `Workers AI answered ${what || 'an error'}: ${asSentence(quote(said, context))} ${adviceFor(found.code, context.model)}`
  return { error: new BackendError(found.code, message, details), retries: found.retries }
}

/** Whether parsed JSON is an error although its status, or its place in a stream, says otherwise (protocol 1.3 and 5). */
export function holdsError(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false
  // Asked of every event, of names that no prototype carries: `own` would take ten times as long.
  const { success, errors, error, internalCode } = json as Partial<Record<string, unknown>> // an object
  return (
    success === false ||
    (Array.isArray(errors) && errors.length > 0) ||
    Boolean(error) ||
    typeof internalCode === 'number'
  )
}

/** A request that got no answer at all. */
export function readNetworkFailure(cause: unknown, context: FailureContext): Failure {
  const { what, kept } = readCause(cause, context)
  const message = `Workers AI could not be reached: ${what}`
  const details = { retryable: true, cause: kept }
  return { error: new BackendError('http.network', message, details), retries: 3 }
}

/** A body that broke while it was read. */
export function readCutFailure(cause: unknown, context: FailureContext): Failure {
  const { what, kept } = readCause(cause, context)
  return streamFailure(
    'stream.cut',
    `The stream broke before its reply was whole: ${what}`,
    3,
    kept,
  )
}

/** A stream that gave no reply. */
export function streamFailure(
  code: DroverErrorCode,
  message: string,
  retries: ErrorClass['retries'],
  cause?: unknown,
): Failure {
  return { error: new BackendError(code, message, { retryable: retries > 0, cause }), retries }
}

function readCause(cause: unknown, context: FailureContext): { what: string; kept: unknown } {
  const said = cause instanceof Error ? cause.message : String(cause)
  const inner =
    cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
  const what = quote(said + inner, context)
  // An error of somebody's `fetch` may carry the request with its headers. Where there are secrets, only its words stay.
  return { what, kept: context.redact === undefined ? cause : new Error(what) }
}

/** An answer that is no error and yet no reply. */
export function protocolFailure(
  what: string,
  answer: FailedAnswer,
  context: FailureContext,
): Failure {
  const message = `${what} It began: ${quote(answer.text, context)}`
  const details = { status: answer.status, retryable: true }
  return { error: new BackendError('http.protocol', message, details), retries: 1 }
}

/** What is said, and with which code, in the four envelopes of protocol 1.3 and the binding's error object; else the text. */
function readFault({ json, text }: FailedAnswer): { said: string; code: number | undefined } {
  const errors = own(json, 'errors')
  const fault = (Array.isArray(errors) ? errors[0] : undefined) ?? own(json, 'error') ?? json
  const said = [own(json, 'description'), own(fault, 'message'), fault].find(
    (part): part is string => typeof part === 'string' && part !== '',
  )
  const code = [own(fault, 'code'), own(json, 'internalCode')]
    .map(Number)
    .find((number) => number > 0 && Number.isInteger(number))
  return { said: said ?? text, code: code ?? codeInText(said ?? text) }
}

/** `5006: Error: …` as the binding throws it, `error code: 1031` as the edge writes it; only codes the service uses. */
function codeInText(text: string): number | undefined {
  const head = text.slice(0, 500)
  for (const match of head.matchAll(/\b(\d{3,5})\s*:|error code: (\d{3,5})/g)) {
    const code = Number(match[1] ?? match[2])
    if (isServiceCode(code)) return code
  }
  return undefined
}

/** Control characters, line separators and the marks that turn the direction of writing. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g

/** Foreign text as a message may show it: without secrets and control characters, at most 300 characters. */
export function quote(text: string, { redact }: FailureContext): string {
  const clean = (redact?.(text) ?? text).replace(CONTROLS, ' ').trim()
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean || '(empty body)'
}

const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

const DAY_MS = 86_400_000
const untilMidnightUtc = (now: number): number => DAY_MS - (now % DAY_MS)
