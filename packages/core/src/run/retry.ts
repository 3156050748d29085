import pRetry from 'p-retry'
import { wait, type Runtime } from '../runtime.ts'
import type { Failure } from '../wire/failure.ts'

/** Attempts of one model request in all, the first included. */
const MAX_ATTEMPTS = 4
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 20_000
/** A longer `Retry-After` is not waited for: the error carries it, and the caller decides. */
const MAX_RETRY_AFTER_MS = 60_000

/** What an attempt gave: its value, or why it failed. */
export type Attempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure }

/** How attempts are made and told. */
export interface RetryOptions {
  readonly runtime: Runtime
  readonly signal: AbortSignal
  /** Called after each failed attempt; `retryInMs` is there when another follows. */
  readonly onFailure: (failure: Failure, attempt: number, retryInMs: number | undefined) => void
}

/**
 * Makes an attempt and, where its failure allows, further ones: at most 4 in all, waiting a random time up to
 * min(20 s, 0.5 s · 2^n) between them, or exactly what the service asked for (plus up to 10 %, so that a crowd does not
 * come back at once).
 * @throws the last failure's BackendError; `signal.reason` as it is after an abort.
 */
export async function withRetries<Value>(
  attempt: (number: number) => Promise<Attempt<Value>>,
  options: RetryOptions,
): Promise<Value> {
  const { runtime, signal, onFailure } = options
  let unclear = 0
  let again = false
  try {
    return await pRetry(
      async (number) => {
        signal.throwIfAborted()
        const result = await attempt(number)
        if (!result.ok) throw new FailedAttempt(result.failure)
        return result.value
      },
      {
        retries: MAX_ATTEMPTS - 1,
        // p-retry sets no timer of its own then; the waiting below is on the injected clock.
        minTimeout: 0,
        signal,
        shouldRetry: () => again,
        onFailedAttempt: async ({ error, attemptNumber }) => {
          again = false
          if (!(error instanceof FailedAttempt)) return
          const { failure } = error
          if (failure.retries === 1) unclear++
          const allowed = attemptNumber < MAX_ATTEMPTS && failure.retries > 0 && unclear <= 1
          const delay = allowed ? delayFor(failure, attemptNumber, runtime) : undefined
          again = delay !== undefined
          onFailure(failure, attemptNumber, delay)
          if (delay !== undefined) await wait(runtime, delay, signal)
        },
      },
    )
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof FailedAttempt ? error.failure.error : error
  }
}

/** Carries a failure through p-retry, which knows only errors. */
class FailedAttempt extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super()
    this.failure = failure
  }
}

/** Undefined when the service asks for more patience than we have. */
function delayFor(failure: Failure, attempt: number, runtime: Runtime): number | undefined {
  const asked = failure.error.retryAfterMs
  if (failure.delayMs !== undefined) return failure.delayMs
  if (asked === undefined) {
    return Math.round(
      runtime.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)),
    )
  }
  return asked > MAX_RETRY_AFTER_MS ? undefined : asked + Math.round(asked * 0.1 * runtime.random())
}
