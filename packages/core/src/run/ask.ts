import { defined } from '../defined.ts'
import { wait } from '../runtime.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { WireTools } from '../wire/request.ts'
import { withheldTools } from './caps.ts'
import { callModel, type AnsweredReply, type ReplyViewer } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import { createReservation, OutOfBudget } from './reservation.ts'
import type { Run } from './run.ts'

/** What one model call of a run is to be. */
export interface StepRequest {
  /** Starts at 1. */
  readonly step: number
  /** The last call of a run that reached a limit: no tools, and an answer is wanted. */
  readonly closing: boolean
  /** Times the room for the reply. */
  readonly roomFactor: number
}

/** The order that goes with the last call of a run that reached a limit. */
const CLOSING_REMINDER =
  'No more tools can be called. Answer now, in plain words, from the results above. Say what is missing.'

/**
 * Asks the model, with retries, and those after it where it cannot answer, and tells of it.
 * @returns undefined where the budget has no room for the request
 * @throws what `callModel` throws.
 */
export async function ask(run: Run, request: StepRequest): Promise<AnsweredReply | undefined> {
  const viewer = run.room === undefined ? undefined : createViewer(run, request.step, run.room)
  // Once for each model: what still does not fit then is not for it.
  let mayTrim = true
  for (let attempts = 0; ;) {
    try {
      await makeRoom(run, request)
      return await askModel(run, request, viewer, () => ++attempts)
    } catch (error) {
      if (error instanceof OutOfBudget) return undefined
      run.signal.throwIfAborted()
      const isShorter: boolean = mayTrim && (await makeRoom(run, request, error))
      if (!isShorter && !run.cursor.moveOn(error)) throw error
      mayTrim = !isShorter
      viewer?.reset()
    }
  }
}

/** Makes what is sent shorter where it exceeds the window, or did so, and tells of it; false where it stays as it is. */
async function makeRoom(
  run: Run,
  { step, roomFactor }: StepRequest,
  error?: unknown,
): Promise<boolean> {
  const { window, sampling } = run.cursor.current()
  const maxTokens = sampling.max_tokens * roomFactor
  const trimming = await (error === undefined
    ? window.fit(maxTokens)
    : window.overflow(error, maxTokens))
  if (trimming === undefined) return false
  run.recorder.record({ type: 'history-trimmed', step, ...trimming })
  return true
}

async function askModel(
  run: Run,
  { step, closing, roomFactor }: StepRequest,
  viewer: StepViewer | undefined,
  nextAttempt: () => number,
): Promise<AnsweredReply> {
  const { recorder, runtime, budget, clock } = run
  const asked = run.cursor.current()
  const { model, profile, conversation, sampling, wireTools } = asked
  const withTools = !closing && wireTools !== undefined
  const withheld = withTools ? [...withheldTools(run)] : []
  const tools = withheld.length === 0 ? undefined : offeredTools(run, wireTools, withheld)
  const isStreamed = asksForStream(run, profile, withTools)
  const reservation =
    budget && createReservation(budget, asked, recorder.state, withTools && run.closingCall)
  // Its time cut the wait that the service asked for, but the service asked for it all the same.
  const restMs = asked.restUntil - runtime.now()
  if (restMs > 0) await wait(runtime, restMs, run.signal)
  let attempt = 0
  const answered = await callModel({
    ...run,
    price: profile.price,
    tools: [...run.tools.values()],
    recover: run.recover !== false,
    mustSpeak: closing,
    maxTokens: sampling.max_tokens * roomFactor,
    isStreamed,
    ...defined({ viewer, afford: reservation?.afford }),
    request: (maxTokens) =>
      conversation.request({
        withTools,
        maxTokens,
        isStreamed,
        ...defined({ tools }),
        ...(closing && { reminder: CLOSING_REMINDER }),
      }),
    onRequest: (_, maxTokens) => {
      attempt = nextAttempt()
      recorder.record({
        type: 'model-request',
        step,
        attempt,
        model,
        maxTokens,
        closing,
        ...(withheld.length > 0 && { withheld }),
      })
    },
    onFailure: ({ error: failed, usage: told }, _, durationMs, retryInMs) => {
      const error = toErrorRecord(failed)
      asked.restUntil = runtime.now() + (failed.retryAfterMs ?? 0)
      const usage = reservation === undefined ? told : reservation.lose(failed.code, told)
      recorder.record({
        type: 'model-error',
        step,
        attempt,
        durationMs,
        error,
        ...defined({ retryInMs, usage }),
      })
      // What a closing call began to say is no answer either.
      if (retryInMs !== undefined || closing) viewer?.reset()
      if (retryInMs !== undefined) {
        recorder.tell({ type: 'retry-waiting', step, attempt, retryInMs })
      }
    },
  }).catch((error: unknown) => {
    // The run goes on without this reply.
    if (clock.isUp()) viewer?.reset()
    throw error
  })
  const { reply } = answered
  asked.window.learn(reply.usage)
  const usage = reservation?.settle(reply.usage) ?? reply.usage
  return { ...answered, attempt, reply: { ...reply, usage } }
}

/** The agent's tools without some; their order on the wire is the agent's own. */
function offeredTools(
  { tools }: Run,
  wireTools: WireTools | undefined,
  withheld: readonly string[],
): WireTools | undefined {
  const names = [...tools.keys()]
  const list = wireTools?.list.filter((_, position) => !withheld.includes(names[position] ?? ''))
  return list && { list, text: JSON.stringify(list) }
}

function asksForStream(
  { stream, room }: Run,
  { streamsTools }: ModelProfile,
  withTools: boolean,
): boolean {
  if (stream !== 'auto') return stream === 'always'
  return room !== undefined && (!withTools || streamsTools)
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
