import type { ArgumentsName } from './arguments.ts'
import { argumentFaults } from './arguments.ts'
import type { BodyName } from './bodies.ts'
import { bodyFaults } from './bodies.ts'
import type { CallsName } from './calls.ts'
import { callFaults } from './calls.ts'
import type { LeakName } from './leaks.ts'
import { leaks } from './leaks.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import type { CodeName, StatusName } from './statuses.ts'
import { codeFaults, statusFaults } from './statuses.ts'
import type { StreamName } from './streams.ts'
import { streamFaults } from './streams.ts'
import type { UsageName } from './usage.ts'
import { usageFaults } from './usage.ts'
import type { WordsName } from './words.ts'
import { wordFaults } from './words.ts'

/** Everything that can be asked to go wrong, by name. */
export type MisbehaviourName =
  | LeakName
  | ArgumentsName
  | CallsName
  | WordsName
  | UsageName
  | StreamName
  | StatusName
  | CodeName
  | BodyName

// In the order in which several strike one reply: calls are changed before they leak, and leak before they are cut.
const all: Readonly<Record<MisbehaviourName, Misbehaviour>> = {
  ...argumentFaults,
  ...callFaults,
  ...leaks,
  ...wordFaults,
  ...usageFaults,
  ...streamFaults,
  ...bodyFaults,
  ...statusFaults,
  ...codeFaults,
}

/** The same by name, for names that may be any text. */
export const misbehaviourByName: ReadonlyMap<string, Misbehaviour> = new Map(Object.entries(all))

/** Every misbehaviour with a line on what is seen of it: for help texts, and tests that run over all. */
export const misbehaviours: readonly { readonly name: MisbehaviourName; readonly what: string }[] =
  // The keys of a record over the union are the union.
  (Object.keys(all) as MisbehaviourName[]).map((name) => ({ name, what: all[name].what }))
