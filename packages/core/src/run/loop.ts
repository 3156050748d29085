import { defined } from '../defined.ts'
import type { Logger } from '../log.ts'
import type { Message, ToolCall } from '../message.ts'
import type { Runtime } from '../runtime.ts'
import { execute } from '../tool/execute.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import type { ReplyCall } from '../wire/reply.ts'
import { createConversation, type Conversation, type WireTools } from '../wire/request.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { WireSampling } from '../wire/sampling.ts'
import { createCallIds } from './call-id.ts'
import { callModel, type AnsweredReply } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import type { RunEvent } from './event.ts'
import { createRecorder, type NewEvent, type Recorder } from './recorder.ts'
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

interface Run extends LoopOptions {
  readonly recorder: Recorder
  readonly conversation: Conversation
  readonly nextId: () => string
  /** Ids of the calls whose tool was entered. */
  readonly dispatched: Set<string>
}

async function* steps(run: Run): AsyncGenerator<RunEvent, StopReason, undefined> {
  const { recorder, runtime, stopWhen } = run
  const { state } = recorder
  for (let step = 1; ; step++) {
    const { reply, ...answered } = yield* ask(run, step, false)
    const calls = reply.toolCalls.map((call): PlannedCall => ({
      ...call,
      toolCallId: run.nextId(),
    }))
    yield recordReply(run, step, { reply, ...answered }, calls)
    if (calls.length === 0) return 'answer'
    yield* relay(recorder.queue, answerAll(run, step, calls))
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
    yield recordReply(run, step, yield* ask(run, step, true), [])
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
): AsyncGenerator<RunEvent, AnsweredReply, undefined> {
  const { recorder, model, conversation } = run
  const maxTokens = run.sampling.max_tokens
  const answer = callModel({
    ...run,
    maxTokens,
    request: () =>
      conversation.request({ withTools: !closing, ...(closing && { reminder: CLOSING_REMINDER }) }),
    onRequest: (attempt) => {
      recorder.push({ type: 'model-request', step, attempt, model, maxTokens, closing })
    },
    onFailure: ({ error }, attempt, durationMs, retryInMs) => {
      const told = retryInMs === undefined ? {} : { retryInMs }
      recorder.push({
        type: 'model-error',
        step,
        attempt,
        durationMs,
        error: toErrorRecord(error),
        ...told,
      })
    },
  })
  return yield* relay(recorder.queue, answer)
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
    toolCalls: calls.map(({ toolCallId, toolName, input }) => ({ toolCallId, toolName, input })),
    finishReason: reply.finishReason,
    usage: reply.usage,
    durationMs,
    ...defined({ requestId }),
  })
}

interface PlannedCall extends ReplyCall {
  readonly toolCallId: string
}

/** Answers the calls of one reply, at most `maxParallelCalls` at a time, each started in call order. */
async function answerAll(run: Run, step: number, calls: readonly PlannedCall[]): Promise<void> {
  // The conversation up to the calls, taken once: the list itself grows while they run.
  const messages = run.recorder.state.messages.slice()
  const waiting = calls.entries()
  const worker = async (): Promise<void> => {
    for (const [position, call] of waiting) await answerOne(run, step, position, call, messages)
  }
  const workers = Array.from({ length: Math.min(run.maxParallelCalls, calls.length) }, worker)
  // All of them: a call that ended in the same moment as another failed must not be recorded after the run's end.
  const failed = (await Promise.allSettled(workers)).find((done) => done.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function answerOne(
  run: Run,
  step: number,
  position: number,
  call: PlannedCall,
  messages: readonly Message[],
): Promise<void> {
  const { recorder, runtime } = run
  run.signal.throwIfAborted()
  const { toolCallId, toolName, problem } = call
  // From run, step and position: the same however often this call is dispatched, whatever id the model gave it.
  const idempotencyKey = `${recorder.state.runId}.${step}.${position}`
  const startedAt = runtime.now()
  const answer = await execute({
    ...run,
    call,
    problem,
    idempotencyKey,
    step,
    messages,
    onDispatch: ({ effect }) => {
      run.dispatched.add(toolCallId)
      recorder.push({ type: 'tool-call', step, toolCallId, toolName, effect, idempotencyKey })
    },
  })
  const durationMs = runtime.now() - startedAt
  recorder.push({ type: 'tool-result', step, toolCallId, toolName, ...answer, durationMs })
}

/** The answer to a call that a failed or aborted run left open. */
const unanswered = (run: Run, { toolCallId, toolName }: ToolCall): NewEvent => {
  const dispatched = run.dispatched.has(toolCallId)
  return {
    type: 'tool-result',
    step: run.recorder.state.steps.length,
    toolCallId,
    toolName,
    output: dispatched
      ? 'The run ended while this call was under way. It may have had its effect: check before repeating it.'
      : 'Not run: the run ended before.',
    isError: true,
    dispatched,
    durationMs: 0,
  }
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
