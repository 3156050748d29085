import { ask, type StepRequest } from './ask.ts'
import { readOutput } from './output.ts'
import { planCalls, type PlannedCall } from './planned-call.ts'
import type { StepPlan } from './prepare-step.ts'
import { recordReply } from './record-reply.ts'
import type { Run } from './run.ts'

/** What came of asking the model once. */
export interface TakenStep {
  /** The run has its answer: text, or its output where one is wanted. */
  readonly isAnswered: boolean
  /** What the schema made of the output. */
  readonly output?: unknown
  /** To be answered. */
  readonly calls: readonly PlannedCall[]
  /** What was offered: nothing else is to be run. */
  readonly tools: Run['tools']
  /** The reply was cut off. */
  readonly wasCut: boolean
  /** What was given is not the output that is wanted, and what is wrong with it; `""` where there is nothing to say. */
  readonly rejected?: string | undefined
  /** The same, where the next step has to tell it: a call that was refused is told so in its answer. */
  readonly demand?: string | undefined
}

/**
 * Asks the model once and records its reply.
 * @returns undefined where the budget has no room for the request
 * @throws what `ask` throws; `signal.reason` after an abort.
 */
export async function takeStep(
  run: Run,
  plan: StepPlan,
  request: StepRequest,
): Promise<TakenStep | undefined> {
  const asked = await ask(run, plan, request)
  if (asked === undefined) return undefined
  const { recorder, output } = run
  const { step } = request
  const { offer, ...answered } = asked
  const { reply } = answered
  const planned = offer.mustSpeak ? [] : planCalls(reply, run)
  const reading = output && (await readOutput(reply, planned, { ...run, output }))
  const tools = offer.set.byName
  const wasCut = reply.finishReason === 'length'
  if (reading?.status === 'given') {
    recordReply(recorder, step, answered, [], reading)
    return { isAnswered: true, output: reading.value, calls: [], tools, wasCut }
  }
  const calls = reading?.status === 'pending' ? reading.calls : planned
  recordReply(recorder, step, answered, calls)
  const rejected = reading?.status === 'rejected' ? reading.why : undefined
  const hasCalls = calls.length > 0
  return {
    isAnswered: output === undefined && !hasCalls,
    calls,
    tools,
    wasCut,
    rejected,
    demand: hasCalls ? undefined : rejected,
  }
}
