import type { WireRequest } from '@drover/core'
import type { Finding, Invariant } from './invariant.ts'
import { answersPaired, idsUnique } from './invariants/answers.ts'
import { approvalsHeld } from './invariants/approvals.ts'
import { nothingAfterTheEnd } from './invariants/after-end.ts'
import { capsKept } from './invariants/caps.ts'
import { effectsKept } from './invariants/effects.ts'
import { endsCleanly } from './invariants/ending.ts'
import { entriesMeant } from './invariants/entries.ts'
import { errorsTyped } from './invariants/errors.ts'
import { eventsTrue } from './invariants/events.ts'
import { historyGrows } from './invariants/growth.ts'
import { noCrossTalk, noSecrets } from './invariants/texts.ts'
import { patienceKept } from './invariants/patience.ts'
import { replyIsTransaction } from './invariants/transaction.ts'
import { requestsValid } from './invariants/wire-schema.ts'
import { replaysEqually } from './invariants/replay.ts'
import { usageAddsUp } from './invariants/usage.ts'
import type { Stage } from './stage.ts'
import type { SeenRequest, ToolEntry } from './witness.ts'

/** Everything that is checked, in the order of its numbers. */
export const INVARIANTS: readonly Invariant[] = [
  answersPaired,
  idsUnique,
  requestsValid,
  historyGrows,
  entriesMeant,
  effectsKept,
  nothingAfterTheEnd,
  replyIsTransaction,
  capsKept,
  usageAddsUp,
  patienceKept,
  endsCleanly,
  eventsTrue,
  noCrossTalk,
  replaysEqually,
  noSecrets,
  errorsTyped,
  approvalsHeld,
]

export const checkRequest = (stage: Stage, seen: SeenRequest, request: WireRequest): void =>
  check(stage, ({ onRequest }) => onRequest?.(stage, seen, request))

export const checkEntry = (stage: Stage, entry: ToolEntry, input: object): void =>
  check(stage, ({ onEntry }) => onEntry?.(stage, entry, input))

export const checkEnd = (stage: Stage): void => check(stage, ({ atEnd }) => atEnd?.(stage))

function check({ world, run }: Stage, of: (invariant: Invariant) => Finding): void {
  for (const invariant of INVARIANTS) {
    const finding = of(invariant)
    if (!finding) continue
    const what = `${run.label} at ${world.clock.now()} ms: ${finding}`
    world.violations.push({ invariant: invariant.id, what })
  }
}
