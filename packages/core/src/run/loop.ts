import { defined } from '../defined.ts'
import { unanswered } from './answer-calls.ts'
import { createCallIds } from './call-id.ts'
import { createConversations } from './conversations.ts'
import { toErrorRecord } from './error-record.ts'
import { MAX_OUTPUT_REPAIRS, noOutput } from './output.ts'
import { planStep } from './prepare-step.ts'
import { createRecorder, type NewEvent } from './recorder.ts'
import type { LoopOptions, Run } from './run.ts'
import type { RunState } from './state.ts'
import type { StopReason } from './stop.ts'
import { takeStep } from './take-step.ts'

/**
 * The loop: asks the model, runs the tools it calls, tells it their results, and again. Written once; what happens is told
 * as events. It ends
 * - when the model answers without calling a tool (`answer`);
 * - when a stop condition is met after a step: then with one last call without tools (`max-steps`, `budget`, …);
 * - when the signal aborts (`aborted`): open calls are answered as not run, and `signal.reason` is thrown as it is;
 * - when a model request fails for good (`error`): its error is thrown.
 * Where an `output` is wanted, it is the answer: what does not give it is no answer, and a limit's last call must give it; a
 * model that does not is an `error`, `model.no_output`.
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function runLoop(options: LoopOptions): Promise<RunEnd> {
  const { runtime, signal } = options
  const recorder = createRecorder(runtime, options.log, options.append)
  const { state, record } = recorder
  const run: Run = {
    ...options,
    recorder,
    conversationFor: createConversations(options, state.messages),
    withoutJsonMode: new Set(),
    ids: createCallIds(options.messages),
    dispatched: new Set(),
  }
  try {
    record({
      type: 'run-start',
      runId: runtime.createId(),
      model: options.model,
      backend: options.backend.name,
      ...defined({ instructions: options.instructions }),
      messages: options.messages,
      tools: [...options.tools.keys()],
    })
    const { stopReason, output } = await steps(run)
    record(endOf(run, stopReason))
    return { state, output }
  } catch (error) {
    for (const call of state.openCalls.slice()) record(unanswered(run, call))
    const aborted = signal.aborted
    record(endOf(run, aborted ? 'aborted' : 'error', error))
    throw aborted ? signal.reason : error
  }
}

/** Where a run stands at its end, and what its schema made of its output. */
export interface RunEnd {
  readonly state: RunState
  readonly output: unknown
}

interface Ending {
  readonly stopReason: StopReason
  readonly output: unknown
}

async function steps(run: Run): Promise<Ending> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  let roomFactor = 1
  let demand: string | undefined
  let rejections = 0
  for (let step = 1; ; step++) {
    const plan = await planStep(run, step, false)
    const done = await takeStep(run, plan, { step, closing: false, roomFactor, demand })
    if (done.isAnswered) return { stopReason: 'answer', output: done.output }
    // A call that was cut off is asked for again with more room.
    roomFactor = done.wasCut ? 2 : 1
    demand = done.demand
    if (done.isRejected && ++rejections > MAX_OUTPUT_REPAIRS) throw noOutput(plan.model, done.why)
    const verdict = stopWhen({
      steps: state.steps,
      usage: state.usage,
      elapsedMs: runtime.now() - state.startedAt,
    })
    if (verdict === false) continue
    const output = await close(run, step + 1, demand)
    return { stopReason: verdict === true ? 'stop-condition' : verdict, output }
  }
}

/**
 * The last call of a run that reached a limit. The limit is the outcome: that this call fails does not change it, unless an
 * output is wanted.
 */
async function close(run: Run, first: number, before: string | undefined): Promise<unknown> {
  if (!run.closingCall) return undefined
  let demand = before
  for (let step = first; ; step++) {
    const plan = await planStep(run, step, true)
    try {
      const done = await takeStep(run, plan, { step, closing: true, roomFactor: 1, demand })
      if (done.isAnswered) return done.output
      if (step - first >= MAX_OUTPUT_REPAIRS) throw noOutput(plan.model, done.why)
      demand = done.why
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

function endOf(run: Run, stopReason: StopReason, error?: unknown): NewEvent {
  const { state } = run.recorder
  const durationMs = run.runtime.now() - state.startedAt
  const failed = stopReason === 'aborted' || stopReason === 'error'
  return {
    type: 'run-end',
    stopReason,
    text: failed ? '' : state.text,
    usage: state.usage,
    durationMs,
    ...(failed && { error: toErrorRecord(error) }),
  }
}
