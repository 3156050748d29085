import type { Runtime } from '@drover/core'
import { createClock, type SimClock } from './clock.ts'
import { createFaults, type Faults } from './faults.ts'
import type { InvariantId } from './invariant.ts'
import { createPlan, type Plan } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import type { Witness } from './witness.ts'

/** Something that must never be, and was. */
export interface Violation {
  readonly invariant: InvariantId
  readonly what: string
}

/** All that one seed makes. */
export interface World {
  readonly seed: number
  readonly random: Random
  readonly clock: SimClock
  readonly faults: Faults
  readonly plan: Plan
  readonly runtime: Runtime
  readonly runs: Witness[]
  readonly violations: Violation[]
  /** Bodies that were begun and neither read to their end nor left. */
  readonly openBodies: Set<object>
  /** What core logged. */
  readonly logged: string[]
  /** Runs that are under way. */
  active: number
  /** Numbers that are used once. */
  readonly number: () => number
  /** A place where a caller may abort: called by whatever sees core at work. */
  readonly point: (run: Witness) => void
  readonly onPoint: Map<string, () => void>
}

/** 2026-11-20T12:00:00Z: where every world begins. */
export const START: number = Date.UTC(2026, 10, 20, 12)

export function createWorld(seed: number): World {
  const random = createRandom(seed)
  const clock = createClock(random)
  const faults = createFaults(random)
  const plan = createPlan(random, faults)
  const onPoint = new Map<string, () => void>()
  let number = 0
  let offset = 0
  const now = (): number => START + clock.now() + offset
  const { jumps } = plan
  if (jumps !== undefined) {
    clock.after(random.pick([0, 40, 700, 9000]), () => {
      offset += (jumps === 'clock-back' ? -1 : 1) * random.pick([1000, 90_000, 3_600_000])
      faults.hit(jumps)
    })
  }
  return {
    seed,
    random,
    clock,
    faults,
    plan,
    runtime: {
      now,
      random: random.next,
      setTimer: clock.setTimer,
      createId: () => `world-${seed}-${++number}`,
      fetch: () => Promise.reject(new Error('There is no network here.')),
    },
    runs: [],
    violations: [],
    openBodies: new Set(),
    logged: [],
    active: 0,
    number: () => ++number,
    point: (run) => onPoint.get(run.label)?.(),
    onPoint,
  }
}
