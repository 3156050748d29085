import type { Runtime } from '../runtime.ts'
import { startTimeLimit } from '../time-limit.ts'
import type { MutableRunState } from './state.ts'
import type { RunTimeouts } from './timeouts.ts'

/** The time a run has, as signals. */
export interface RunClock {
  /** The run's own: aborts when its caller wants it to. */
  readonly given: AbortSignal
  /** Aborts when that does, and when the time for steps is up. */
  readonly steps: AbortSignal
  /** Aborts when that does, and when there is no time left for a closing call either. */
  readonly whole: AbortSignal
  /** Whether the time for steps is up. */
  readonly isUp: () => boolean
  /** Must be called when the run is over. */
  readonly stop: () => void
}

/** What a run's clock is made from. */
export interface ClockOptions {
  readonly runtime: Runtime
  readonly timeouts: RunTimeouts
  readonly closingCall: boolean
  readonly signal: AbortSignal
}

/** Kept for the closing call: this part of the time, but never more than so long. */
const CLOSING_PART = 1 / 4
const MAX_CLOSING_MS = 20_000

/** Starts the clock of a run, or lets it go on; without `timeouts.runMs` it never runs out. */
export function startRunClock(
  { runtime, timeouts, closingCall, signal }: ClockOptions,
  { startedAt, endedAt, pausedMs }: Pick<MutableRunState, 'startedAt' | 'endedAt' | 'pausedMs'>,
): RunClock {
  const { runMs } = timeouts
  if (runMs === undefined) {
    return { given: signal, steps: signal, whole: signal, isUp: () => false, stop: () => {} }
  }
  const kept = closingCall ? Math.min(Math.floor(runMs * CLOSING_PART), MAX_CLOSING_MS) : 0
  // What it took before it was suspended; nothing for a new run.
  const spent = endedAt - startedAt - pausedMs
  const whole = startTimeLimit(runtime, Math.max(1, runMs - spent), signal)
  const steps = startTimeLimit(runtime, Math.max(1, runMs - kept - spent), whole.signal)
  return {
    given: signal,
    steps: steps.signal,
    whole: whole.signal,
    isUp: () => steps.isReached() || whole.isReached(),
    stop: () => {
      steps.stop()
      whole.stop()
    },
  }
}
