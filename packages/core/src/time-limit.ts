import type { Runtime } from './runtime.ts'
import { untilAborted } from './until-aborted.ts'

/** Guards something under way: aborts it once its time is up. */
export interface TimeLimit {
  /** Aborts when the limit is reached, and when the signal it was made from does. */
  readonly signal: AbortSignal
  readonly isReached: () => boolean
  /** Must be called when what is guarded is over. */
  readonly stop: () => void
}

/** Starts a limit of `ms` milliseconds on what also `signal` may abort. */
export function startTimeLimit(runtime: Runtime, ms: number, signal: AbortSignal): TimeLimit {
  const limit = new AbortController()
  const reach = (): void =>
    limit.abort(new DOMException(`The time limit of ${ms} ms was reached.`, 'TimeoutError'))
  return {
    // Adds no listener to the signal: a run may make any number of calls.
    signal: AbortSignal.any([signal, limit.signal]),
    isReached: () => limit.signal.aborted,
    stop: runtime.setTimer(reach, ms, 'limit'),
  }
}

/**
 * What `work` gives, or undefined where it takes longer than `ms` milliseconds: its signal aborts then, and what it still
 * does is swallowed.
 * @throws what `work` throws; the signal's reason, at once, when that aborts.
 */
export async function withinLimit<Value>(
  runtime: Runtime,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  signal.throwIfAborted()
  const limit = startTimeLimit(runtime, ms, signal)
  try {
    return await untilAborted(work(limit.signal), limit.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (limit.isReached()) return undefined
    throw error
  } finally {
    limit.stop()
  }
}
