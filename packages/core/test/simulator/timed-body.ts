import type { EventStream } from '@drover/emulator'
import type { Stage } from './stage.ts'

/** How a body comes. */
export interface TimedBody {
  readonly chunks: readonly Uint8Array[]
  /** What follows the last chunk. */
  readonly ending: EventStream['ending']
  /** Milliseconds before each chunk. */
  readonly pauses: () => number
  /** Called after so many chunks: then all has gone out that counts. */
  readonly wholeAfter: number
  readonly onSent: () => void
  /** The request's: the connection ends with it. */
  readonly signal: AbortSignal | undefined
}

/** A body whose bytes come when the world's clock says so, and only when somebody reads. */
export function timedBody(
  { world, run }: Stage,
  { chunks, ending, pauses, wholeAfter, onSent, signal }: TimedBody,
): ReadableStream<Uint8Array> {
  const { clock, openBodies } = world
  const self = {}
  let given = 0
  let cancelWait = (): void => {}
  openBodies.add(self)
  const give = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const chunk = chunks[given++]
    if (chunk !== undefined) {
      if (given === wholeAfter) onSent()
      controller.enqueue(chunk)
    } else if (ending === 'end') {
      openBodies.delete(self)
      controller.close()
    } else {
      openBodies.delete(self)
      controller.error(new TypeError('terminated'))
    }
    world.point(run)
  }
  return new ReadableStream(
    {
      start: (controller) => {
        const onAbort = (): void => {
          cancelWait()
          if (openBodies.delete(self)) controller.error(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      },
      pull: (controller) => {
        if (given === chunks.length && ending === 'open') return new Promise<void>(() => {})
        const ms = pauses()
        if (ms === 0) return give(controller)
        return new Promise<void>((resolve) => {
          cancelWait = clock.after(ms, () => {
            give(controller)
            resolve()
          })
        })
      },
      cancel: () => {
        openBodies.delete(self)
        cancelWait()
      },
    },
    { highWaterMark: 0 },
  )
}
