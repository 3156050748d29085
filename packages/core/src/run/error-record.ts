import { defined } from '../defined.ts'
import { BackendError, DroverError } from '../errors.ts'
import { kindOf } from '../option.ts'
import type { ErrorRecord } from './event.ts'

/** An error as plain JSON, without stack and cause. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!DroverError.is(error)) {
    const named = typeof error === 'object' && error !== null && 'name' in error
    const aborted = named && (error.name === 'AbortError' || error.name === 'TimeoutError')
    const text = typeof error === 'string' ? error : kindOf(error)
    const message = error instanceof Error ? error.message : text
    return { code: aborted ? 'aborted' : 'unknown', message }
  }
  const { code, message } = error
  if (!(error instanceof BackendError)) return { code, message }
  const { status, serviceCode, retryable, retryAfterMs } = error
  return {
    code,
    message,
    retryable,
    ...defined({ status, serviceCode, retryAfterMs }),
  }
}
