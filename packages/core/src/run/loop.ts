import { defined } from '../defined.ts'
import { steadyRuntime, type Runtime } from '../runtime.ts'
import { answerCalls, answerOpenCalls } from './answer-calls.ts'
import { ask } from './ask.ts'
import { createCallIds } from './call-id.ts'
import { spentCalls } from './caps.ts'
import { close } from './close.ts'
import { toErrorRecord } from './error-record.ts'
import { createModelCursor } from './model-cursor.ts'
import { planCalls, type PlannedCall } from './planned-call.ts'
import { recordReply } from './record-reply.ts'
import { createRecorder, type NewEvent } from './recorder.ts'
import { createLoopGuard } from './guard.ts'
import { startRunClock } from './run-clock.ts'
import { openCalls } from './resume.ts'
import type { LoopOptions, Run } from './run.ts'
import type { RunState } from './state.ts'
import type { StopReason } from './stop.ts'

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
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function runLoop(options: LoopOptions): Promise<RunState> {
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
    cursor: createModelCursor(options.models, { ...options, state }),
    clock,
    signal: clock.steps,
    guard: options.loopGuard ? createLoopGuard(state.steps) : undefined,
    ids: createCallIds(past.length === 0 ? messages : state.messages),
    dispatched: new Set(),
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
    record(endOf(run, await inTime(run)))
    return state
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
async function inTime(run: Run): Promise<StopReason> {
  const { clock, recorder } = run
  const { state } = recorder
  try {
    return await steps(run)
  } catch (error) {
    if (clock.given.aborted || !clock.isUp()) throw error
    if (answerOpenCalls(run)) recorder.record({ type: 'step-end', step: state.steps.length })
    await close(run, state.steps.length + 1)
    return 'time'
  }
}

async function steps(run: Run): Promise<StopReason> {
  const { recorder } = run
  const { state } = recorder
  const waiting = openCalls(state)
  const end = waiting.length > 0 ? await finishStep(run, waiting) : undefined
  if (end !== undefined) return end
  let roomFactor = 1
  for (let step = state.steps.length + 1; ; step++) {
    const answered = await ask(run, { step, closing: false, roomFactor })
    if (answered === undefined) {
      await close(run, step)
      return 'budget'
    }
    const calls = planCalls(answered.reply, run)
    // A call that was cut off is asked for again with more room.
    roomFactor = answered.reply.finishReason === 'length' ? 2 : 1
    recordReply(recorder, step, answered, calls)
    if (calls.length === 0) return 'answer'
    const verdict = await finishStep(run, calls)
    if (verdict !== undefined) return verdict
  }
}

/** Answers the calls of the last reply and decides whether the run ends with it. */
async function finishStep(
  run: Run,
  calls: readonly PlannedCall[],
): Promise<StopReason | undefined> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  const step = state.steps.length
  await answerCalls(run, step, calls)
  if (state.openCalls.length > 0) return 'suspended'
  recorder.record({ type: 'step-end', step })
  const elapsedMs = elapsed(state, runtime)
  const verdict = stopWhen({ steps: state.steps, usage: state.usage, elapsedMs }) || spentCalls(run)
  if (verdict === false) return undefined
  await close(run, step + 1)
  return verdict === true ? 'stop-condition' : verdict
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
