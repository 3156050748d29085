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

export function createRecorder(runtime: Runtime): Recorder {
  const state = createState()
  const queue = createEventQueue()
  let seq = 0
  const record = (event: NewEvent): RunEvent => {
    const placed: RunEvent = { seq: seq++, time: runtime.now(), ...event }
    applyEvent(state, placed)
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
