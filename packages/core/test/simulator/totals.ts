import { ALL_FAULTS, type FaultKind } from './fault-kinds.ts'
import type { WorldOutcome } from './run-world.ts'
import type { Violation } from './world.ts'

/** A world in which something was wrong. */
export interface BadWorld {
  readonly seed: number
  readonly profile: string
  readonly violations: readonly Violation[]
  readonly isStuck: boolean
}

/** What became of many worlds. Plain data: it goes from thread to thread. */
export interface Totals {
  worlds: number
  requests: number
  entries: number
  violations: number
  stuck: number
  readonly hits: Partial<Record<FaultKind, number>>
  readonly endings: Record<string, number>
  /** The first few, by their seeds. */
  bad: readonly BadWorld[]
  /** Of all that happened in a world, by its seed; only where it is asked for. */
  readonly digests: Record<number, string>
}

const MAX_BAD = 5

export const noTotals = (): Totals => ({
  worlds: 0,
  requests: 0,
  entries: 0,
  violations: 0,
  stuck: 0,
  hits: {},
  endings: {},
  bad: [],
  digests: {},
})

export function addWorld(totals: Totals, world: WorldOutcome): void {
  const { seed, profile, violations, isStuck } = world
  totals.worlds++
  totals.requests += world.requests
  totals.entries += world.entries
  totals.violations += violations.length
  totals.stuck += isStuck ? 1 : 0
  for (const [kind, count] of world.hits) totals.hits[kind] = (totals.hits[kind] ?? 0) + count
  for (const ending of world.endings) totals.endings[ending] = (totals.endings[ending] ?? 0) + 1
  if (violations.length > 0 || isStuck) {
    totals.bad = firstOf([...totals.bad, { seed, profile, violations, isStuck }])
  }
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.worlds += more.worlds
  totals.requests += more.requests
  totals.entries += more.entries
  totals.violations += more.violations
  totals.stuck += more.stuck
  addCounts(totals.hits, more.hits)
  addCounts(totals.endings, more.endings)
  totals.bad = firstOf([...totals.bad, ...more.bad])
  Object.assign(totals.digests, more.digests)
}

const firstOf = (bad: readonly BadWorld[]): readonly BadWorld[] =>
  bad.toSorted((one, other) => one.seed - other.seed).slice(0, MAX_BAD)

function addCounts(to: Record<string, number>, more: Record<string, number>): void {
  for (const [name, count] of Object.entries(more)) to[name] = (to[name] ?? 0) + count
}

/** The figures in one line. */
export function totalsLine(totals: Totals, firstSeed: number, seconds: number): string {
  const { worlds, requests, entries, violations, stuck, hits, endings } = totals
  const kinds = ALL_FAULTS.filter((kind) => (hits[kind] ?? 0) > 0).length
  return [
    `sim: ${figure(worlds)} runs, seeds ${figure(firstSeed)}..${figure(firstSeed + worlds - 1)}, ${Math.round(seconds)} s`,
    `violations ${violations}`,
    `stuck ${stuck}`,
    `fault kinds hit ${kinds}/${ALL_FAULTS.length}`,
    `endings ${Object.keys(endings).length}`,
    `requests ${figure(requests)}`,
    `calls ${figure(entries)}`,
  ].join(' | ')
}

const figure = (number: number): string => String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ')

/** What was wrong with a world, and how to see it again. */
export const badWorldText = ({ seed, profile, violations, isStuck }: BadWorld): string =>
  [
    `seed ${seed} (${profile}):${isStuck ? ' stuck, with nothing left in its queue' : ''}`,
    ...violations.slice(0, 8).map(({ invariant, what }) => `  ${invariant} ${what}`),
    `  again: pnpm simulate --runs 1 --seed ${seed}`,
  ].join('\n')
