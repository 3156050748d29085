import { defined } from '../defined.ts'
import type { Runtime } from '../runtime.ts'
import { answerCalls, unanswered } from './answer-calls.ts'
import { createCallIds } from './call-id.ts'
import { close } from './close.ts'
import { toErrorRecord } from './error-record.ts'
import { createModelCursor } from './model-cursor.ts'
import { MAX_OUTPUT_REPAIRS, noOutput } from './output.ts'
import type { PlannedCall } from './planned-call.ts'
import { planStep } from './prepare-step.ts'
import { createRecorder, type NewEvent } from './recorder.ts'
import { openCalls } from './resume.ts'
import type { LoopOptions, Run } from './run.ts'
import type { RunState } from './state.ts'
import type { StopReason } from './stop.ts'
import { takeStep } from './take-step.ts'

/**
 * The loop: asks the model, runs the tools it calls, tells it their results, and again. Written once; what happens is told
 * as events. It ends
 * - when the model answers without calling a tool (`answer`);
 * - when a stop condition is met after a step: then with one last call without tools (`max-steps`, `time`, …);
 * - when the next request would not fit the budget (`budget`): then with one last call without tools if that fits;
 * - when calls wait for a person's decision and nothing else is left to do (`suspended`); it goes on from its events;
 * - when the signal aborts (`aborted`): open calls are answered as not run, and `signal.reason` is thrown as it is;
 * - when a model request fails for good (`error`): its error is thrown.
 * Where an `output` is wanted, it alone is the answer; a run that ends without it, and is not suspended, is an `error`.
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function runLoop(options: LoopOptions): Promise<RunEnd> {
  const { runtime, signal } = options
  const { messages, repairs, past, decisions } = options.origin
  const recorder = createRecorder(runtime, options.log, options.append, past)
  const { state, record } = recorder
  const run: Run = {
    ...options,
    recorder,
    cursor: createModelCursor(options.models, { ...options, state }),
    ids: createCallIds(past.length === 0 ? messages : state.messages),
    dispatched: new Set(),
    withoutJsonMode: new Set(),
  }
  try {
    const by = { model: run.cursor.current().model, backend: options.backend.name }
    if (past.length > 0) record({ type: 'run-resume', ...by })
    else {
      record({
        type: 'run-start',
        runId: runtime.createId(),
        ...by,
        ...defined({ instructions: options.instructions }),
        messages,
        tools: [...options.tools.keys()],
      })
      if (repairs.length > 0) record({ type: 'history-repaired', repairs })
    }
    for (const { runId: _, ...decision } of decisions) {
      record({ type: 'approval-decision', ...decision })
    }
    const { stopReason, output } = await steps(run)
    if (run.output !== undefined && state.output === undefined && stopReason !== 'suspended') {
      throw noOutput(by.model, `The run ended before (\`${stopReason}\`).`)
    }
    record(endOf(run, stopReason))
    return { state, output }
  } catch (error) {
    for (const call of state.openCalls.slice()) record(unanswered(run, call))
    const aborted = signal.aborted
    record(endOf(run, aborted ? 'aborted' : 'error', error))
    throw aborted ? signal.reason : error
  }
}

/** A run at its end, and what its schema made of its output. */
export interface RunEnd {
  readonly state: RunState
  readonly output: unknown
}

interface Ending {
  readonly stopReason: StopReason
  readonly output?: unknown
}

async function steps(run: Run): Promise<Ending> {
  const { state } = run.recorder
  const waiting = openCalls(state)
  const settled = waiting.length > 0 ? await finishStep(run, waiting) : undefined
  if (settled !== undefined) return settled
  let roomFactor = 1
  let demand: string | undefined
  let rejections = 0
  for (let step = state.steps.length + 1; ; step++) {
    const plan = await planStep(run, step, false)
    const taken = await takeStep(run, plan, { step, closing: false, roomFactor, demand })
    if (taken === undefined) return { stopReason: 'budget', output: await close(run, step, demand) }
    if (taken.isAnswered) return { stopReason: 'answer', output: taken.output }
    // A call that was cut off is asked for again with more room.
    roomFactor = taken.wasCut ? 2 : 1
    demand = taken.demand
    const { rejected } = taken
    if (rejected !== undefined && ++rejections > MAX_OUTPUT_REPAIRS) {
      throw noOutput(plan.asked().model, rejected)
    }
    const end = await finishStep(run, taken.calls, taken.tools, demand)
    if (end !== undefined) return end
  }
}

/** Answers the calls of the last reply and decides whether the run ends with it. */
async function finishStep(
  run: Run,
  calls: readonly PlannedCall[],
  tools: Run['tools'] = run.tools,
  demand?: string,
): Promise<Ending | undefined> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  const step = state.steps.length
  // What was not offered is not run, whatever the model knows of it.
  await answerCalls({ ...run, tools }, step, calls)
  if (state.openCalls.length > 0) return { stopReason: 'suspended' }
  recorder.record({ type: 'step-end', step })
  const verdict = stopWhen({
    steps: state.steps,
    usage: state.usage,
    elapsedMs: elapsed(state, runtime),
  })
  if (verdict === false) return undefined
  const output = await close(run, step + 1, demand)
  return { stopReason: verdict === true ? 'stop-condition' : verdict, output }
}

/** Milliseconds the run was not suspended. */
const elapsed = ({ startedAt, pausedMs }: RunState, runtime: Runtime): number =>
  runtime.now() - startedAt - pausedMs

function endOf(run: Run, stopReason: StopReason, error?: unknown): NewEvent {
  const { state } = run.recorder
  const durationMs = elapsed(state, run.runtime)
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
