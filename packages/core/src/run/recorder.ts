import { silentLogger, type Logger } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import type { EphemeralEvent, RunEvent, StreamEvent } from './event.ts'
import { applyEvent, createState, type MutableRunState } from './state.ts'

/** An event before it has its place and time. */
export type NewEvent = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, 'seq' | 'time'>
    : never
  : never

/** Gives each event its place and time and takes it into the state, before anybody reads it. */
export interface Recorder {
  readonly state: MutableRunState
  readonly record: (event: NewEvent) => void
  /** Passes on what is worth seeing and not kept. */
  readonly tell: (event: EphemeralEvent) => void
}

// What a log shows of an event: where and how long, never what was said.
const LOGGED = new Set(
  'runId model step attempt closing dialect kind toolCallId toolName isError finishReason usage stopReason retryInMs durationMs tokensBefore tokensAfter shortened dropped'.split(
    ' ',
  ),
)

export function createRecorder(
  runtime: Runtime,
  log: Logger,
  append: (event: StreamEvent) => void,
  past: readonly RunEvent[],
): Recorder {
  const state = createState()
  for (const event of past) applyEvent(state, event)
  let seq = past.length
  return {
    state,
    record: (event) => {
      const placed: RunEvent = { seq: seq++, time: runtime.now(), ...event }
      applyEvent(state, placed)
      if (log !== silentLogger) {
        const fields = Object.entries(event).filter(([name]) => LOGGED.has(name))
        log.debug(Object.fromEntries(fields), event.type)
      }
      append(placed)
    },
    tell: append,
  }
}
