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
}

/**
 * Makes a runtime for tests. A timer fires as soon as everything that is ready has run, and the clock then stands where
 * the timer wanted it; ids are `run-1`, `run-2` …
 */
export function fakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const { now = Date.UTC(2026, 0, 1), random = 0.5 } = options
  const waits: number[] = []
  const timers: { at: number; callback: () => void }[] = []
  let clock = now
  let ids = 0
  const fireNext = (): void => {
    timers.sort((a, b) => a.at - b.at)
    const timer = timers.shift()
    if (timer === undefined) return
    clock = Math.max(clock, timer.at)
    timer.callback()
  }
  return {
    waits,
    now: () => clock,
    random: () => random,
    setTimer: (callback, ms) => {
      const timer = { at: clock + ms, callback }
      waits.push(ms)
      timers.push(timer)
      void afterEverythingReady().then(fireNext)
      return () => {
        const index = timers.indexOf(timer)
        if (index >= 0) timers.splice(index, 1)
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
