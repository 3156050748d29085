import type { Invariant } from '../invariant.ts'
import type { Stage } from '../stage.ts'

/** How long a run may take to end once its caller wants it to. */
const MAX_SETTLE_MS = 1000

export const nothingAfterTheEnd: Invariant = {
  id: 'I7',
  says: 'Nothing is entered and nothing sent after an abort, the deadline or the end; a run settles within a second then.',
  onRequest: (stage) => isOver(stage) && `a request was sent ${isOver(stage)}`,
  onEntry: (stage, { toolName }) => isOver(stage) && `\`${toolName}\` was entered ${isOver(stage)}`,
  atEnd: ({ run, world }) => {
    const { aborted, settledAt = Infinity } = run
    const late = settledAt - (aborted?.at ?? settledAt)
    if (late > MAX_SETTLE_MS) return `it settled ${late} ms after the abort`
    const over = timeOver({ run, world }, settledAt)
    return over > MAX_SETTLE_MS && `it settled ${over} ms after the deadline`
  },
}

function isOver({ run, world }: Stage): string | false {
  if (run.aborted !== undefined) return 'after the abort'
  if (run.settledAt !== undefined) return 'after the end'
  return timeOver({ run, world }, world.clock.now()) > 0 && 'after the deadline'
}

/** Milliseconds that a run has gone on for longer than it may. */
function timeOver({ run, world }: Stage, now: number): number {
  const { runMs = Infinity } = world.plan.timeouts
  // Of a run that was suspended, only the machine's clock says how long it took.
  const isKnown = run.parts === 1 || !world.plan.jumps
  return isKnown ? run.spentMs + now - run.beganAt - runMs : 0
}
