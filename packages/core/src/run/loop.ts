import { defined } from '../defined.ts'
import { steadyRuntime } from '../runtime.ts'
import { answerCalls, answerOpenCalls } from './answer-calls.ts'
import { createCallIds } from './call-id.ts'
import { spentCalls } from './caps.ts'
import { close } from './close.ts'
import { elapsed, endOf, type Ending, type RunEnd } from './end-of-run.ts'
import { createModelCursor } from './model-cursor.ts'
import { MAX_OUTPUT_REPAIRS, noOutput } from './output.ts'
import type { PlannedCall } from './planned-call.ts'
import { planStep } from './prepare-step.ts'
import { createRecorder } from './recorder.ts'
import { createLoopGuard } from './guard.ts'
import { startRunClock } from './run-clock.ts'
import { openCalls } from './resume.ts'
import type { LoopOptions, Run } from './run.ts'
import { takeStep } from './take-step.ts'

/**
 * The loop: asks the model, runs the tools it calls, tells it their results, and again. Written once; what happens is told
 * as events. It ends
 * - when the model answers without calling a tool (`answer`);
 * - when a stop condition is met after a step: then with one last call without tools (`max-steps`, `tool-called`, …);
 * - when the next request would not fit the budget (`budget`): then with one last call without tools if that fits;
 * - when its calls repeat themselves (`loop`) or are used up (`max-calls`): the same way;
 * - when its time is up (`time`): what is under way is cut, open calls are answered, and the same last call is made;
 * - when calls wait for a person's decision and nothing else is left to do (`suspended`); it goes on from its events;
 * - when the signal aborts (`aborted`): open calls are answered as not run, and `signal.reason` is thrown as it is;
 * - when a model request fails for good (`error`): its error is thrown.
 * Where an `output` is wanted, it alone is the answer; a run that ends without it, and is not suspended, is an `error`.
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function runLoop(options: LoopOptions): Promise<RunEnd> {
  const { signal } = options
  const { messages, repairs, past, decisions } = options.origin
  const runtime = steadyRuntime(options.runtime, past.at(-1)?.time)
  const recorder = createRecorder(runtime, options.log, options.append, past)
  const { state, record } = recorder
  const clock = startRunClock({ ...options, runtime }, state)
  const run: Run = {
    ...options,
    runtime,
    recorder,
    cursor: createModelCursor(options.models, { ...options, state, signal: clock.whole }),
    clock,
    signal: clock.steps,
    guard: options.loopGuard ? createLoopGuard(state.steps) : undefined,
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
    const { stopReason, output } = await inTime(run)
    if (run.output !== undefined && state.output === undefined && stopReason !== 'suspended') {
      throw noOutput(by.model, `The run ended before (\`${stopReason}\`).`)
    }
    record(endOf(run, stopReason))
    return { state, output }
  } catch (error) {
    answerOpenCalls(run)
    const aborted = signal.aborted
    record(endOf(run, aborted ? 'aborted' : 'error', error))
    throw aborted ? signal.reason : error
  } finally {
    clock.stop()
  }
}

/** The steps, as far as there is time for them. */
async function inTime(run: Run): Promise<Ending> {
  const { clock, recorder } = run
  const { state } = recorder
  try {
    return await steps(run)
  } catch (error) {
    if (clock.given.aborted || !clock.isUp()) throw error
    if (answerOpenCalls(run)) recorder.record({ type: 'step-end', step: state.steps.length })
    return { stopReason: 'time', output: await close(run, state.steps.length + 1) }
  }
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
    const planning = planStep(run, step, false)
    const plan = planning instanceof Promise ? await planning : planning
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
  const elapsedMs = elapsed(state, runtime)
  const verdict = stopWhen({ steps: state.steps, usage: state.usage, elapsedMs }) || spentCalls(run)
  if (verdict === false) return undefined
  const output = await close(run, step + 1, demand)
  return { stopReason: verdict === true ? 'stop-condition' : verdict, output }
}
