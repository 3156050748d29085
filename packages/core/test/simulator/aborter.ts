import type { RunStream } from '@drover/core'
import type { Stage } from './stage.ts'

/** Who may abort a run. */
export interface Aborter {
  readonly signal: AbortSignal
  /** A part of the run begins; its stream, where it has one, can be aborted too. */
  readonly onPart: (stream: RunStream | undefined) => void
}

/** Plans when a run is aborted, if it is: before it begins, at a time, or at a place where core was seen at work. */
export function planAborts(stage: Stage): Aborter {
  const { run, world } = stage
  const { random, clock, faults, onPoint } = world
  const fault = faults.draw('abort')
  const controller = new AbortController()
  const { signal } = controller
  countListeners(signal, (more) => (run.listeners += more))
  let running: RunStream | undefined
  const abort = (): void => {
    if (run.aborted !== undefined || run.settledAt !== undefined) return
    if (fault !== undefined) faults.hit(fault)
    const isOdd = faults.draw('user') === 'odd-reason'
    if (isOdd) faults.hit('odd-reason')
    const reason: unknown = isOdd
      ? random.pick([0, 'enough', Object.create(null)])
      : new Error('stop')
    run.aborted = { at: clock.now(), reason }
    if (running !== undefined && random.chance(0.3)) running.abort(reason)
    else controller.abort(reason)
  }
  if (fault === 'aborts-before') abort()
  if (fault === 'aborts-later') clock.after(random.pick([0, 1, 20, 500, 5000, 40_000]), abort)
  if (fault === 'aborts-at-point') {
    let left = random.int(1, random.pick([6, 20, 60]))
    const ticks = random.chance(0.5) ? 0 : random.int(1, 12)
    onPoint.set(run.label, () => {
      if (--left === 0) afterTicks(ticks, abort)
    })
  }
  return {
    signal,
    onPart: (stream) => {
      running = stream
    },
  }
}

/** Between two awaits of core's there is no event, only a tick. */
function afterTicks(ticks: number, happen: () => void): void {
  if (ticks === 0) happen()
  else queueMicrotask(() => afterTicks(ticks - 1, happen))
}

function countListeners(signal: AbortSignal, count: (more: 1 | -1) => void): void {
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  const listening = new Set<unknown>()
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    if (!listening.has(given[1])) count(1)
    listening.add(given[1])
    add(...given)
  }
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    if (listening.delete(given[1])) count(-1)
    remove(...given)
  }
}
