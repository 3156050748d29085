import type { Runtime } from '../runtime.ts'

/** Where a fake runtime begins. */
export interface FakeRuntimeOptions {
  /** Milliseconds since 1970. @default 2026-01-01T00:00:00Z */
  readonly now?: number
  /** What `random()` gives, again and again. @default 0.5 */
  readonly random?: number
  readonly fetch?: Runtime['fetch']
}

/** A runtime whose clock jumps from timer to timer: nothing sleeps, and everything repeats exactly. */
export interface FakeRuntime extends Runtime {
  /** The waits that timers asked for, in milliseconds, in order. */
  readonly waits: readonly number[]
  /** Lets everything that is ready run, then moves the clock on and fires what is due: also the limits of what hangs. */
  readonly advance: (ms: number) => Promise<void>
}

interface FakeTimer {
  readonly at: number
  readonly callback: () => void
}

/**
 * Makes a runtime for tests. A wait is over as soon as everything that is ready has run, and the clock then stands where
 * it wanted it; a time limit is only reached by `advance`. Ids are `run-1`, `run-2` …
 */
export function fakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const { now = Date.UTC(2026, 0, 1), random = 0.5 } = options
  const waits: number[] = []
  const timers: FakeTimer[] = []
  const limits: FakeTimer[] = []
  let clock = now
  let ids = 0
  const fireFirst = (of: FakeTimer[], until: number): boolean => {
    of.sort((a, b) => a.at - b.at)
    if ((of[0]?.at ?? Infinity) > until) return false
    const timer = of.shift()
    clock = Math.max(clock, timer?.at ?? 0)
    timer?.callback()
    return true
  }
  return {
    waits,
    now: () => clock,
    random: () => random,
    advance: async (ms) => {
      await afterEverythingReady()
      const until = clock + ms
      while (fireFirst(limits, until)) await afterEverythingReady()
      clock = Math.max(clock, until)
    },
    setTimer: (callback, ms, purpose = 'wait') => {
      const timer = { at: clock + ms, callback }
      const list = purpose === 'limit' ? limits : timers
      list.push(timer)
      if (purpose === 'wait') {
        waits.push(ms)
        void afterEverythingReady().then(() => fireFirst(timers, Infinity))
      }
      return () => {
        const index = list.indexOf(timer)
        if (index >= 0) list.splice(index, 1)
      }
    },
    createId: () => `run-${++ids}`,
    fetch: options.fetch ?? (() => Promise.reject(new Error('The fake runtime has no network.'))),
  }
}

/** Lets chains of resolved promises run on; fifty links are more than any await between two timers needs. */
async function afterEverythingReady(): Promise<void> {
  for (let link = 0; link < 50; link++) await Promise.resolve()
}
