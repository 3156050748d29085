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
import { createCallIds, type CallIds } from './call-id.ts'
import { answerCalls, unanswered, type CallAnswering } from './answer-calls.ts'
import { callModel, type AnsweredReply, type ReplyViewer } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import type { StreamEvent } from './event.ts'
import { planCalls, type PlannedCall, type RecoverPolicy } from './planned-call.ts'
import { createRecorder, type NewEvent } from './recorder.ts'
import type { RequestTimeouts } from './request-watch.ts'
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
  readonly timeouts: RequestTimeouts
  readonly stream: StreamPolicy
  readonly messages: readonly Message[]
  readonly context: unknown
  readonly signal: AbortSignal
  readonly runtime: Runtime
  readonly log: Logger
  /** Takes each event as it happens. */
  readonly append: (event: StreamEvent) => void
  /** Something to wait for where readers are too far behind; absent where nobody reads. */
  readonly room: (() => Promise<void> | undefined) | undefined
}

/**
 * Which model requests ask for a stream: those of a run that is read as it happens, unless the model's profile says that
 * it does not do so well (`auto`), all, or none.
 */
export type StreamPolicy = 'auto' | 'always' | 'never'

/** The order that goes with the last call of a run that reached a limit. */
const CLOSING_REMINDER =
  'No more tools can be called. Answer now, in plain words, from the results above. Say what is missing.'

/**
 * The loop: asks the model, runs the tools it calls, tells it their results, and again. Written once; what happens is told
 * as events. It ends
 * - when the model answers without calling a tool (`answer`);
 * - when a stop condition is met after a step: then with one last call without tools (`max-steps`, `budget`, …);
 * - when the signal aborts (`aborted`): open calls are answered as not run, and `signal.reason` is thrown as it is;
 * - when a model request fails for good (`error`): its error is thrown.
 * Whatever the end, `run-end` is the last event, exactly once, and every call has its answer.
 */
export async function runLoop(options: LoopOptions): Promise<RunState> {
  const { runtime, signal } = options
  const recorder = createRecorder(runtime, options.log, options.append)
  const { state, record } = recorder
  const run: Run = {
    ...options,
    recorder,
    conversation: createConversation({
      ...options,
      history: options.profile.history,
      tools: options.wireTools,
      messages: state.messages,
    }),
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
    record(endOf(run, await steps(run)))
    return state
  } catch (error) {
    for (const call of state.openCalls.slice()) record(unanswered(run, call))
    const aborted = signal.aborted
    record(endOf(run, aborted ? 'aborted' : 'error', error))
    throw aborted ? signal.reason : error
  }
}

interface Run extends LoopOptions, CallAnswering {
  readonly conversation: Conversation
  readonly ids: CallIds
}

async function steps(run: Run): Promise<StopReason> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  let roomFactor = 1
  for (let step = 1; ; step++) {
    const answered = await ask(run, step, false, roomFactor)
    const calls = planCalls(answered.reply, run)
    // A call that was cut off is asked for again with more room.
    roomFactor = answered.reply.finishReason === 'length' ? 2 : 1
    recordReply(run, step, answered, calls)
    recordMending(run, step, calls)
    if (calls.length === 0) return 'answer'
    await answerCalls(run, step, calls)
    recorder.record({ type: 'step-end', step })
    const verdict = stopWhen({
      steps: state.steps,
      usage: state.usage,
      elapsedMs: runtime.now() - state.startedAt,
    })
    if (verdict === false) continue
    await close(run, step + 1)
    return verdict === true ? 'stop-condition' : verdict
  }
}

/** The last call of a run that reached a limit. The limit is the outcome: that this call fails does not change it. */
async function close(run: Run, step: number): Promise<void> {
  if (!run.closingCall) return
  try {
    recordReply(run, step, await ask(run, step, true, 1), [])
  } catch (error) {
    run.signal.throwIfAborted()
    run.log.warn(
      { step, error: toErrorRecord(error) },
      'The closing call failed; the run ends without it.',
    )
  }
}

function ask(run: Run, step: number, closing: boolean, roomFactor: number): Promise<AnsweredReply> {
  const { recorder, model, conversation } = run
  const withTools = !closing && run.wireTools !== undefined
  const isStreamed = asksForStream(run, withTools)
  const viewer = run.room === undefined ? undefined : createViewer(run, step, run.room)
  return callModel({
    ...run,
    tools: [...run.tools.values()],
    recover: run.recover !== false,
    mustSpeak: closing,
    maxTokens: run.sampling.max_tokens * roomFactor,
    isStreamed,
    ...defined({ viewer }),
    request: (maxTokens) =>
      conversation.request({
        withTools,
        maxTokens,
        isStreamed,
        ...(closing && { reminder: CLOSING_REMINDER }),
      }),
    onRequest: (attempt, maxTokens) => {
      recorder.record({ type: 'model-request', step, attempt, model, maxTokens, closing })
    },
    onFailure: ({ error: failed }, attempt, durationMs, retryInMs) => {
      const error = toErrorRecord(failed)
      recorder.record({
        type: 'model-error',
        step,
        attempt,
        durationMs,
        error,
        ...defined({ retryInMs }),
      })
      // What a closing call began to say is no answer either.
      if (retryInMs !== undefined || closing) viewer?.reset()
      if (retryInMs !== undefined) {
        recorder.tell({ type: 'retry-waiting', step, attempt, retryInMs })
      }
    },
  })
}

function asksForStream({ stream, room, profile }: Run, withTools: boolean): boolean {
  if (stream !== 'auto') return stream === 'always'
  return room !== undefined && (!withTools || profile.streamsTools)
}

interface StepViewer extends ReplyViewer {
  /** What was shown of the step is void. */
  readonly reset: () => void
}

/** Tells of a reply while it comes. */
function createViewer(
  { recorder, ids }: Run,
  step: number,
  room: () => Promise<void> | undefined,
): StepViewer {
  let hasShown = false
  return {
    room,
    onDelta: (delta) => {
      hasShown = true
      const { text } = delta
      if (delta.type === 'text-delta') return recorder.tell({ type: 'text-delta', step, text })
      const { toolName, position } = delta
      const toolCallId = ids.peek(position)
      recorder.tell({ type: 'tool-input-delta', step, toolCallId, toolName, text })
    },
    reset: () => {
      if (hasShown) recorder.tell({ type: 'reply-reset', step })
      hasShown = false
    },
  }
}

/** What was done to a reply's calls before they could run, each as an event of its own. */
function recordMending({ recorder }: Run, step: number, calls: readonly PlannedCall[]): void {
  for (const { toolCallId, toolName, recovered, repairs } of calls) {
    const about = { step, toolCallId, toolName }
    if (recovered !== undefined) {
      recorder.record({ type: 'call-recovered', ...about, dialect: recovered })
    }
    for (const repair of repairs) recorder.record({ type: 'input-repaired', ...about, ...repair })
  }
}

function recordReply(
  run: Run,
  step: number,
  answered: AnsweredReply,
  calls: readonly PlannedCall[],
): void {
  const { reply, attempt, durationMs, requestId } = answered
  run.recorder.record({
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
