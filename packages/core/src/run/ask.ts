import { defined } from '../defined.ts'
import type { WireTools } from '../wire/request.ts'
import { withheldTools } from './caps.ts'
import { callModel, type AnsweredReply, type ReplyViewer } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
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
 * Asks the model once, with retries, and tells of it.
 * @throws what `callModel` throws.
 */
export function ask(run: Run, { step, closing, roomFactor }: StepRequest): Promise<AnsweredReply> {
  const { recorder, model, conversation, clock } = run
  const withTools = !closing && run.wireTools !== undefined
  const withheld = withTools ? [...withheldTools(run)] : []
  const tools = withheld.length === 0 ? undefined : offeredTools(run, withheld)
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
        ...defined({ tools }),
        ...(closing && { reminder: CLOSING_REMINDER }),
      }),
    onRequest: (attempt, maxTokens) => {
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
  }).catch((error: unknown) => {
    // The run goes on without this reply.
    if (clock.isUp()) viewer?.reset()
    throw error
  })
}

/** The agent's tools without some; their order on the wire is the agent's own. */
function offeredTools(
  { tools, wireTools }: Run,
  withheld: readonly string[],
): WireTools | undefined {
  const names = [...tools.keys()]
  const list = wireTools?.list.filter((_, position) => !withheld.includes(names[position] ?? ''))
  return list && { list, text: JSON.stringify(list) }
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
