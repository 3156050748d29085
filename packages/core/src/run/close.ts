import { answerCalls } from './answer-calls.ts'
import { toErrorRecord } from './error-record.ts'
import { MAX_OUTPUT_REPAIRS, noOutput } from './output.ts'
import { planStep } from './prepare-step.ts'
import type { Run } from './run.ts'
import { takeStep } from './take-step.ts'

/**
 * The last call of a run that reached a limit; where an output is wanted, up to two more until it fits. The limit is the
 * outcome: that this call fails does not change it, unless an output is wanted.
 * @returns what the schema made of the output
 * @throws `signal.reason` after an abort; what `planStep` throws; without an output where one is wanted, why.
 */
export async function close(run: Run, first: number, before?: string): Promise<unknown> {
  if (!run.closingCall) return undefined
  let demand = before
  for (let step = first; ; step++) {
    const plan = await planStep(run, step, true)
    try {
      const taken = await takeStep(run, plan, { step, closing: true, roomFactor: 1, demand })
      if (taken === undefined || taken.isAnswered) return taken?.output
      await answerCalls({ ...run, tools: taken.tools }, step, taken.calls)
      demand = taken.rejected ?? ''
      if (step - first >= MAX_OUTPUT_REPAIRS) throw noOutput(plan.asked().model, demand)
    } catch (error) {
      run.signal.throwIfAborted()
      if (run.output !== undefined) throw error
      run.log.warn(
        { step, error: toErrorRecord(error) },
        'The closing call failed; the run ends without it.',
      )
      return undefined
    }
  }
}
