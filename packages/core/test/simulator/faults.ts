import { ALL_FAULTS, FAULTS, type FaultGroup, type FaultKind } from './fault-kinds.ts'
import type { Random } from './random.ts'

/** How bad a world is: how often a fault strikes where one can, or the one kind that strikes everywhere. */
export type Profile = 'calm' | 'rough' | 'storm' | FaultKind

/** Decides when which fault strikes in one world, and counts. */
export interface Faults {
  readonly profile: Profile
  /** The fault of a group that strikes here, if one does. */
  readonly draw: <Group extends FaultGroup>(group: Group) => FaultKind<Group> | undefined
  /** A fault that was drawn did strike. */
  readonly hit: (kind: FaultKind) => void
  readonly hits: ReadonlyMap<FaultKind, number>
}

const RATES = { calm: 0.01, rough: 0.1, storm: 0.5 } as const

/**
 * Three worlds in four have one of the three rates, and a random half of the kinds is off in them: frequent early faults
 * would hide what lies behind. In the fourth a single kind strikes wherever it can, so that the rare ones are seen too.
 */
export function createFaults(random: Random): Faults {
  const rate = random.pick(['calm', 'rough', 'storm', undefined] as const)
  const only = rate === undefined ? random.pick(ALL_FAULTS) : undefined
  const isOn = new Set(ALL_FAULTS.filter((kind) => (only ? kind === only : random.chance(0.5))))
  const on: { readonly [Group in FaultGroup]?: readonly FaultKind[] } = Object.fromEntries(
    Object.entries(FAULTS).map(([group, kinds]) => [group, kinds.filter((kind) => isOn.has(kind))]),
  )
  const hits = new Map<FaultKind, number>()
  return {
    profile: rate ?? only ?? 'calm',
    draw: <Group extends FaultGroup>(group: Group) => {
      const kinds = on[group] ?? []
      if (kinds.length === 0 || (rate !== undefined && !random.chance(RATES[rate])))
        return undefined
      return random.pick(kinds) as FaultKind<Group> // the list is the group's own
    },
    hit: (kind) => void hits.set(kind, (hits.get(kind) ?? 0) + 1),
    hits,
  }
}
