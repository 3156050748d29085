import { ask } from './ask.ts'
import { toErrorRecord } from './error-record.ts'
import { recordReply } from './record-reply.ts'
import type { Run } from './run.ts'

/**
 * Makes the last call of a run that reached a limit, where there is time for it. The limit is the outcome: that this call
 * fails, or is cut at the end of the run's time, does not change it.
 * @throws only the reason of the run's own signal.
 */
export async function close(run: Run, step: number): Promise<void> {
  const { clock, recorder, closingCall, log } = run
  clock.given.throwIfAborted()
  if (!closingCall || clock.whole.aborted) return
  try {
    const last = { step, closing: true, roomFactor: 1 }
    const answered = await ask({ ...run, signal: clock.whole }, last)
    // Undefined where the budget has no room for it.
    if (answered !== undefined) recordReply(recorder, step, answered, [])
  } catch (error) {
    clock.given.throwIfAborted()
    log.warn(
      { step, error: toErrorRecord(error) },
      'The closing call failed; the run ends without it.',
    )
  }
}
