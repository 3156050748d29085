import type { Invariant } from '../invariant.ts'

export const endsCleanly: Invariant = {
  id: 'I12',
  says: 'Every run ends, and leaves no timer, no listener and no open body; where nothing went wrong, it ends with a text.',
  atEnd: ({ run, world }) => {
    if (run.settledAt === undefined) return 'it never settled'
    if (run.listeners !== 0) return `${run.listeners} listeners are left on the caller's signal`
    if (run.result?.stopReason === 'suspended' && run.result.approvals.length === 0)
      return 'it is suspended, and nothing waits for anybody'
    const { budget, timeouts, toolChoice, wantsOutput, prepares } = world.plan
    const isPlain = toolChoice === 'auto' && !wantsOutput && !prepares
    if (world.faults.hits.size > 0 || budget || timeouts.runMs || !isPlain) return undefined
    if (run.failure !== undefined) return `it failed without a fault: ${String(run.failure.error)}`
    const { stopReason, text } = run.result ?? {}
    const isDone = text !== '' || stopReason === 'suspended' || !world.plan.closingCall
    return !isDone && `it ended (${stopReason}) without a text`
  },
}
