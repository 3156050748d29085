import type { RunEvent } from './event.ts'

/** Events that were recorded while the loop awaited something, waiting to be read. */
export interface EventQueue {
  readonly items: RunEvent[]
  wake: () => void
}

export const createEventQueue = (): EventQueue => ({ items: [], wake: () => {} })

/**
 * Awaits a task and hands out, as they come, the events that it puts into the queue: a model request with its retries, or
 * several tools at once. Gives the task's value.
 */
export async function* relay<Value>(
  queue: EventQueue,
  task: Promise<Value>,
): AsyncGenerator<RunEvent, Value, undefined> {
  let settled = false
  const settle = (): void => {
    settled = true
    queue.wake()
  }
  task.then(settle, settle)
  for (;;) {
    for (let event = queue.items.shift(); event !== undefined; event = queue.items.shift()) {
      yield event
    }
    if (settled) return task
    await new Promise<void>((resolve) => {
      queue.wake = resolve
    })
  }
}
