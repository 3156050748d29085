import { answerCalls } from './answer-calls.ts'
import { toErrorRecord } from './error-record.ts'
import { MAX_OUTPUT_REPAIRS, noOutput } from './output.ts'
import { planStep } from './prepare-step.ts'
import type { Run } from './run.ts'
import { takeStep } from './take-step.ts'

/**
 * Makes the last call of a run that reached a limit, where there is time for it; where an output is wanted, up to two more
 * until it fits. The limit is the outcome: that this call fails, or is cut at the end of the run's time, does not change it,
 * unless an output is wanted.
 * @param before what was wrong with the output that the step before gave
 * @returns what the schema made of the output
 * @throws the reason of the run's own signal; what `prepareStep` throws; where an output is wanted, why the model gave none.
 */
export async function close(run: Run, first: number, before?: string): Promise<unknown> {
  const { clock, closingCall, log, output } = run
  clock.given.throwIfAborted()
  if (!closingCall || clock.whole.aborted) return undefined
  const last: Run = { ...run, signal: clock.whole }
  let demand = before
  for (let step = first; ; step++) {
    let isPlanned = false
    try {
      const planning = planStep(last, step, true)
      const plan = planning instanceof Promise ? await planning : planning
      isPlanned = true
      const taken = await takeStep(last, plan, { step, closing: true, roomFactor: 1, demand })
      // Undefined where the budget has no room for it.
      if (taken === undefined || taken.isAnswered) return taken?.output
      await answerCalls({ ...last, tools: taken.tools }, step, taken.calls)
      demand = taken.rejected ?? ''
      if (step - first >= MAX_OUTPUT_REPAIRS) throw noOutput(plan.asked().model, demand)
    } catch (error) {
      clock.given.throwIfAborted()
      // That there is no time left is no error of the model's, nor of the caller's.
      if (!clock.whole.aborted && (output !== undefined || !isPlanned)) throw error
      log.warn(
        { step, error: toErrorRecord(error) },
        'The closing call failed; the run ends without it.',
      )
      return undefined
    }
  }
}
