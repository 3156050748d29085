import { defined } from '../defined.ts'
import { cloneJson } from '../json.ts'
import type { Logger } from '../log.ts'
import type { Message } from '../message.ts'
import type { Runtime } from '../runtime.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import { createConversation, type Conversation, type WireTools } from '../wire/request.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { WireSampling } from '../wire/sampling.ts'
import { createCallIds } from './call-id.ts'
import { answerCalls, unanswered, type CallAnswering } from './answer-calls.ts'
import { callModel, type AnsweredReply } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import type { RunEvent } from './event.ts'
import { planCalls, type PlannedCall, type RecoverPolicy } from './planned-call.ts'
import { createRecorder } from './recorder.ts'
import { relay } from './relay.ts'
import type { RunState } from './state.ts'
import type { StopCondition, StopReason } from './stop.ts'

/** Everything a run needs, checked and prepared. */
export interface LoopOptions {
  readonly backend: Backend
  readonly model: string
  readonly profile: ModelProfile
  readonly instructions: string | undefined
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly wireTools: WireTools | undefined
  readonly sampling: WireSampling
  readonly stopWhen: StopCondition
  readonly closingCall: boolean
  readonly repair: boolean
  readonly recover: RecoverPolicy
  readonly maxParallelCalls: number
  readonly maxOutputChars: number
  readonly messages: readonly Message[]
  readonly context: unknown
  readonly signal: AbortSignal
  readonly runtime: Runtime
  readonly log: Logger
}

/** The order that goes with the last call of a run that reached a limit. */
const CLOSING_REMINDER =
  'No more tools can be called. Answer now, in plain words, from the results above. Say what is missing.'

/**
 * The loop: asks the model, runs the tools it calls, tells it their results, and again. Written once, as the list of what
 * happens. It ends
 * - when the model answers without calling a tool (`answer`);
 * - when a stop condition is met after a step: then with one last call without tools (`max-steps`, `budget`, …);
 * - when the signal aborts (`aborted`): open calls are answered as not run, and `signal.reason` is thrown as it is;
 * - when a model request fails for good (`error`): its error is thrown.
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function* runLoop(
  options: LoopOptions,
): AsyncGenerator<RunEvent, RunState, undefined> {
  const { runtime, signal } = options
  const recorder = createRecorder(runtime, options.log)
  const { state } = recorder
  const run: Run = {
    ...options,
    recorder,
    conversation: createConversation({
      ...options,
      history: options.profile.history,
      tools: options.wireTools,
      messages: state.messages,
    }),
    nextId: createCallIds(options.messages),
    dispatched: new Set(),
  }
  let stopReason: StopReason = 'error'
  try {
    yield recorder.record({
      type: 'run-start',
      runId: runtime.createId(),
      model: options.model,
      backend: options.backend.name,
      ...defined({ instructions: options.instructions }),
      messages: options.messages,
      tools: [...options.tools.keys()],
    })
    stopReason = yield* steps(run)
    yield endOf(run, stopReason)
    return state
  } catch (error) {
    for (const call of state.openCalls.slice()) yield recorder.record(unanswered(run, call))
    const aborted = signal.aborted
    yield endOf(run, aborted ? 'aborted' : 'error', error)
    throw aborted ? signal.reason : error
  }
}

interface Run extends LoopOptions, CallAnswering {
  readonly conversation: Conversation
  readonly nextId: () => string
}

async function* steps(run: Run): AsyncGenerator<RunEvent, StopReason, undefined> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  let roomFactor = 1
  for (let step = 1; ; step++) {
    const answered = yield* ask(run, step, false, roomFactor)
    const calls = planCalls(answered.reply, run)
    // A call that was cut off is asked for again with more room.
    roomFactor = answered.reply.finishReason === 'length' ? 2 : 1
    yield recordReply(run, step, answered, calls)
    yield* recordMending(run, step, calls)
    if (calls.length === 0) return 'answer'
    yield* relay(recorder.queue, answerCalls(run, step, calls))
    yield recorder.record({ type: 'step-end', step })
    const verdict = stopWhen({
      steps: state.steps,
      usage: state.usage,
      elapsedMs: runtime.now() - state.startedAt,
    })
    if (verdict === false) continue
    yield* close(run, step + 1)
    return verdict === true ? 'stop-condition' : verdict
  }
}

/** The last call of a run that reached a limit. The limit is the outcome: that this call fails does not change it. */
async function* close(run: Run, step: number): AsyncGenerator<RunEvent, void, undefined> {
  if (!run.closingCall) return
  try {
    yield recordReply(run, step, yield* ask(run, step, true, 1), [])
  } catch (error) {
    run.signal.throwIfAborted()
    run.log.warn(
      { step, error: toErrorRecord(error) },
      'The closing call failed; the run ends without it.',
    )
  }
}

async function* ask(
  run: Run,
  step: number,
  closing: boolean,
  roomFactor: number,
): AsyncGenerator<RunEvent, AnsweredReply, undefined> {
  const { recorder, model, conversation } = run
  const answer = callModel({
    ...run,
    tools: [...run.tools.values()],
    recover: run.recover !== false,
    mustSpeak: closing,
    maxTokens: run.sampling.max_tokens * roomFactor,
    request: (maxTokens) =>
      conversation.request({
        withTools: !closing,
        maxTokens,
        ...(closing && { reminder: CLOSING_REMINDER }),
      }),
    onRequest: (attempt, maxTokens) => {
      recorder.push({ type: 'model-request', step, attempt, model, maxTokens, closing })
    },
    onFailure: ({ error: failed }, attempt, durationMs, retryInMs) => {
      const error = toErrorRecord(failed)
      recorder.push({
        type: 'model-error',
        step,
        attempt,
        durationMs,
        error,
        ...defined({ retryInMs }),
      })
    },
  })
  return yield* relay(recorder.queue, answer)
}

/** What was done to a reply's calls before they could run, each as an event of its own. */
function* recordMending(
  run: Run,
  step: number,
  calls: readonly PlannedCall[],
): Generator<RunEvent, void, undefined> {
  for (const { toolCallId, toolName, recovered, repairs } of calls) {
    const about = { step, toolCallId, toolName }
    if (recovered !== undefined) {
      yield run.recorder.record({ type: 'call-recovered', ...about, dialect: recovered })
    }
    for (const repair of repairs) {
      yield run.recorder.record({ type: 'input-repaired', ...about, ...repair })
    }
  }
}

function recordReply(
  run: Run,
  step: number,
  answered: AnsweredReply,
  calls: readonly PlannedCall[],
): RunEvent {
  const { reply, attempt, durationMs, requestId } = answered
  return run.recorder.record({
    type: 'model-reply',
    step,
    attempt,
    text: reply.text,
    // A copy: what a tool does to its input must not reach the history, nor what a reader does to the event the tool.
    toolCalls: calls.map(({ toolCallId, toolName, input }) => ({
      toolCallId,
      toolName,
      input: cloneJson(input),
    })),
    finishReason: reply.finishReason,
    usage: reply.usage,
    durationMs,
    ...defined({ requestId }),
  })
}

function endOf(run: Run, stopReason: StopReason, error?: unknown): RunEvent {
  const { state } = run.recorder
  const durationMs = run.runtime.now() - state.startedAt
  const failed = stopReason === 'aborted' || stopReason === 'error'
  return run.recorder.record({
    type: 'run-end',
    stopReason,
    text: failed ? '' : state.text,
    usage: state.usage,
    durationMs,
    ...(failed && { error: toErrorRecord(error) }),
  })
}
