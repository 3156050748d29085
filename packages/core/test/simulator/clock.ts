import type { Runtime } from '@drover/core'
import type { Random } from './random.ts'

/** The only time there is in a world: a queue of what is to happen, and nothing else makes it pass. */
export interface SimClock {
  /** Milliseconds since the world began. Never goes back. */
  readonly now: () => number
  /** Something the world itself does; the returned function takes it back. */
  readonly after: (ms: number, happen: () => void) => () => void
  /** What core gets. */
  readonly setTimer: Runtime['setTimer']
  /** Lets the next thing happen, any of those that are due first; false when nothing is left. */
  readonly step: () => boolean
  /** Timers of core's that are still set. */
  readonly coreTimers: () => number
}

interface Entry {
  readonly at: number
  readonly happen: () => void
  readonly isCore: boolean
}

export function createClock(random: Random): SimClock {
  let clock = 0
  let coreTimers = 0
  const queue: Entry[] = []
  const remove = (index: number): Entry | undefined => {
    const [entry] = queue.splice(index, 1)
    if (entry?.isCore) coreTimers--
    return entry
  }
  const add = (ms: number, happen: () => void, isCore: boolean): (() => void) => {
    const entry = { at: clock + ms, happen, isCore }
    queue.push(entry)
    if (isCore) coreTimers++
    return () => {
      const index = queue.indexOf(entry)
      if (index >= 0) remove(index)
    }
  }
  return {
    now: () => clock,
    after: (ms, happen) => add(ms, happen, false),
    setTimer: (callback, ms) => {
      if (!(ms >= 0 && ms <= 2_147_483_647)) throw new Error(`No timer waits ${ms} ms.`)
      return add(ms, callback, true)
    },
    step: () => {
      let earliest = Infinity
      for (const { at } of queue) if (at < earliest) earliest = at
      const due = queue.flatMap(({ at }, index) => (at === earliest ? [index] : []))
      if (due.length === 0) return false
      const entry = remove(due.length === 1 ? (due[0] ?? 0) : random.pick(due))
      clock = Math.max(clock, earliest)
      entry?.happen()
      return true
    },
    coreTimers: () => coreTimers,
  }
}
