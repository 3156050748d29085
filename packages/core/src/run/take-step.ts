import { answerCalls } from './answer-calls.ts'
import { ask, type StepRequest } from './ask.ts'
import { readOutput } from './output.ts'
import { planCalls } from './planned-call.ts'
import type { StepPlan } from './prepare-step.ts'
import { recordReply } from './record-reply.ts'
import type { Run } from './run.ts'

/** What came of a step. */
export interface StepOutcome {
  /** The run has its answer: text, or its output where one is wanted. */
  readonly isAnswered: boolean
  /** What the schema made of the output. */
  readonly output?: unknown
  /** The reply was cut off. */
  readonly wasCut: boolean
  /** What was given is not the output that is wanted; `why` says what is wrong with it. */
  readonly isRejected: boolean
  readonly why: string
  /** What the next step is to ask for again; a call that was refused was told so in its answer. */
  readonly demand: string | undefined
}

/**
 * Asks the model once, records its reply and answers its calls.
 * @throws what `ask` throws; `signal.reason` after an abort.
 */
export async function takeStep(
  run: Run,
  plan: StepPlan,
  request: StepRequest,
): Promise<StepOutcome> {
  const { recorder, output } = run
  const { step } = request
  const { offer, ...answered } = await ask(run, plan, request)
  const { reply } = answered
  const planned = offer.mustSpeak ? [] : planCalls(reply, run)
  const reading = output && (await readOutput(reply, planned, { ...run, output }))
  const wasCut = reply.finishReason === 'length'
  if (reading?.status === 'given') {
    recordReply(recorder, step, answered, [], reading)
    const { value } = reading
    return {
      isAnswered: true,
      output: value,
      wasCut,
      isRejected: false,
      why: '',
      demand: undefined,
    }
  }
  const calls = reading?.status === 'pending' ? reading.calls : planned
  recordReply(recorder, step, answered, calls)
  if (calls.length > 0) {
    // What was not offered is not run, whatever the model knows of it.
    await answerCalls({ ...run, tools: offer.set.byName }, step, calls)
    recorder.record({ type: 'step-end', step })
  }
  const isRejected = reading?.status === 'rejected'
  const why = isRejected ? reading.why : ''
  return {
    isAnswered: output === undefined && calls.length === 0,
    wasCut,
    isRejected,
    why,
    demand: isRejected && calls.length === 0 ? why : undefined,
  }
}
