import { silentLogger, type Logger } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import type { RunEvent } from './event.ts'
import { createEventQueue, type EventQueue } from './relay.ts'
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
  readonly queue: EventQueue
  /** Records an event and gives it back, to be yielded. */
  readonly record: (event: NewEvent) => RunEvent
  /** Records an event and puts it into the queue, for `relay` to yield. */
  readonly push: (event: NewEvent) => void
}

// What a log shows of an event: where and how long, never what was said.
const LOGGED = new Set(
  'runId model step attempt closing toolCallId toolName isError finishReason usage stopReason retryInMs durationMs'.split(
    ' ',
  ),
)

export function createRecorder(runtime: Runtime, log: Logger): Recorder {
  const state = createState()
  const queue = createEventQueue()
  let seq = 0
  const record = (event: NewEvent): RunEvent => {
    const placed: RunEvent = { seq: seq++, time: runtime.now(), ...event }
    applyEvent(state, placed)
    if (log !== silentLogger) {
      const fields = Object.entries(event).filter(([name]) => LOGGED.has(name))
      log.debug(Object.fromEntries(fields), event.type)
    }
    return placed
  }
  return {
    state,
    queue,
    record,
    push: (event) => {
      queue.items.push(record(event))
      queue.wake()
    },
  }
}
