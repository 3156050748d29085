import type { Runtime } from '../runtime.ts'
import { toErrorRecord } from './error-record.ts'
import type { NewEvent } from './recorder.ts'
import type { Run } from './run.ts'
import type { RunState } from './state.ts'
import type { StopReason } from './stop.ts'

/** A run at its end, and what its schema made of its output. */
export interface RunEnd {
  readonly state: RunState
  readonly output: unknown
}

/** How a run came to its end. */
export interface Ending {
  readonly stopReason: StopReason
  readonly output?: unknown
}

/** Milliseconds the run was not suspended. */
export const elapsed = ({ startedAt, pausedMs }: RunState, runtime: Runtime): number =>
  runtime.now() - startedAt - pausedMs

/** The last event of a run, from where it stands. */
export function endOf(run: Run, stopReason: StopReason, error?: unknown): NewEvent {
  const { state } = run.recorder
  const durationMs = elapsed(state, run.runtime)
  const failed = stopReason === 'aborted' || stopReason === 'error'
  return {
    type: 'run-end',
    stopReason,
    text: failed ? '' : state.text,
    usage: state.usage,
    durationMs,
    ...(failed && { error: toErrorRecord(error) }),
  }
}
