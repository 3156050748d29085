import { createHash } from 'node:crypto'
import { call, createWorldAgent } from './caller.ts'
import type { FaultKind } from './fault-kinds.ts'
import type { Profile } from './faults.ts'
import { checkEnd } from './invariants.ts'
import type { Witness } from './witness.ts'
import { createWorld, type Violation, type World } from './world.ts'

/** What became of one world. */
export interface WorldOutcome {
  readonly seed: number
  readonly profile: Profile
  readonly violations: readonly Violation[]
  readonly isStuck: boolean
  readonly hits: ReadonlyMap<FaultKind, number>
  /** How its runs ended. */
  readonly endings: readonly string[]
  readonly requests: number
  readonly entries: number
  /** All that happened, as text. */
  readonly story: () => string
}

/** More than any run needs. */
const MAX_EVENTS = 20_000

let current: World | undefined

process.on('unhandledRejection', (reason) => {
  const what = `a rejection that nobody handles: ${String(reason)}`
  current?.violations.push({ invariant: 'I12', what })
})

// The platform hashes on another thread, and would answer when it likes.
Object.defineProperty(crypto.subtle, 'digest', {
  value: (_: string, bytes: Uint8Array) =>
    Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest()).buffer),
})

/** Lives one world to its end: until nobody waits for anything and nothing is left in its queue. */
export async function runWorld(seed: number): Promise<WorldOutcome> {
  const world = createWorld(seed)
  current = world
  const agent = createWorldAgent(world)
  const labels = ['alpha', 'beta'].slice(0, world.plan.runs)
  let running = labels.length
  for (const label of labels) {
    const over = (): void => void running--
    call(world, agent, label).then(over, (error: unknown) => {
      over()
      world.violations.push({
        invariant: 'I17',
        what: `${label}: the caller failed: ${String(error)}`,
      })
    })
  }
  let events = 0
  for (;;) {
    await everythingReady()
    if (world.active === 0) checkRest(world)
    if (++events > MAX_EVENTS) {
      world.violations.push({ invariant: 'I12', what: `it goes on after ${MAX_EVENTS} events` })
      break
    }
    if (!world.clock.step()) break
  }
  const isStuck = running > 0
  if (!isStuck) for (const run of world.runs) checkEnd({ world, run })
  return {
    seed,
    profile: world.faults.profile,
    violations: world.violations,
    isStuck,
    hits: world.faults.hits,
    endings: world.runs.map(endingOf),
    requests: world.runs.reduce((sum, run) => sum + run.requests.length, 0),
    entries: world.runs.reduce((sum, run) => sum + run.entries.length, 0),
    story: () => JSON.stringify(world.runs.map(summaryOf)),
  }
}

/** Lets all promises that are settled go on, and those that follow from them. */
const everythingReady = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** While no run is under way, nothing of any may be left. */
function checkRest(world: World): void {
  const left = { timers: world.clock.coreTimers(), bodies: world.openBodies.size }
  for (const [what, count] of Object.entries(left)) {
    if (count > 0) world.violations.push({ invariant: 'I12', what: `${count} ${what} are left` })
  }
  world.openBodies.clear()
}

function endingOf({ result, failure }: Witness): string {
  if (result !== undefined) return result.stopReason
  const error: unknown = failure?.error
  return error instanceof Error && 'code' in error ? String(error.code) : 'aborted'
}

const summaryOf = ({ events, shown, requests, entries, settledAt }: Witness): unknown => [
  events,
  shown,
  requests.map(({ at, text, fault }) => [at, text, fault]),
  entries.map(({ at, mark, key }) => [at, mark, key]),
  settledAt,
]
