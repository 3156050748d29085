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
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    isReached: () => limit.signal.aborted,
    stop: runtime.setTimer(() => limit.abort(timeUp(ms)), ms, 'limit'),
  }
}

/** The reason of what is aborted because it took too long. */
export const timeUp = (ms: number): DOMException =>
  new DOMException(`The time limit of ${ms} ms was reached.`, 'TimeoutError')

/**
 * What `work` gives, or undefined where it takes longer than `ms` milliseconds: `onReach` is called then, and what the
 * work still does is swallowed.
 * @throws what `work` throws; the signal's reason, at once, when that aborts.
 */
export async function withinLimit<Value>(
  runtime: Runtime,
  ms: number,
  signal: AbortSignal,
  work: () => Promise<Value>,
  onReach: () => void = () => {},
): Promise<Value | undefined> {
  signal.throwIfAborted()
  let cancel = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    const reach = (): void => {
      resolve(undefined)
      onReach()
    }
    cancel = runtime.setTimer(reach, ms, 'limit')
  })
  try {
    return await untilAborted(Promise.race([work(), late]), signal)
  } finally {
    cancel()
  }
}
