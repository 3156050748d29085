import { defined } from '../defined.ts'
import { DroverError, type BackendErrorDetails } from '../errors.ts'
import { kindOf } from '../option.ts'
import type { ErrorRecord } from './event.ts'

/** An error as plain JSON, without stack and cause. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!DroverError.is(error)) {
    const { name } = Object(error) as { readonly name?: unknown } // Object() of anything can be looked at
    const aborted = name === 'AbortError' || name === 'TimeoutError'
    const text = typeof error === 'string' ? error : kindOf(error)
    const message = error instanceof Error ? error.message : text
    return { code: aborted ? 'aborted' : 'unknown', message }
  }
  // By shape: a BackendError of another copy of Drover has these too, and any other DroverError has none of them.
  const details = error as DroverError & Partial<BackendErrorDetails>
  const { code, message, retryable, status, serviceCode, retryAfterMs } = details
  return { code, message, ...defined({ retryable, status, serviceCode, retryAfterMs }) }
}
