import { defined } from '../defined.ts'
import { callModel, type AnsweredReply, type ReplyViewer } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import type { Offer } from './offer.ts'
import type { StepPlan } from './prepare-step.ts'
import type { Run } from './run.ts'
import { createStepOffer } from './step-offer.ts'

/** What one model call of a run is to be. */
export interface StepRequest {
  /** Starts at 1. */
  readonly step: number
  /** The last call of a run that reached a limit: no tools, and an answer is wanted. */
  readonly closing: boolean
  /** Times the room for the reply. */
  readonly roomFactor: number
  /** What was wrong with the output that was given; undefined where none was. */
  readonly demand: string | undefined
}

/** A reply, and what it was offered. */
export interface Asked extends AnsweredReply {
  readonly offer: Offer
}

/**
 * Asks the model once, with retries, and tells of it.
 * @throws what `callModel` throws.
 */
export async function ask(run: Run, plan: StepPlan, request: StepRequest): Promise<Asked> {
  const { recorder } = run
  const { model, sampling, toolChoice, changed, set } = plan
  const { step, closing, roomFactor } = request
  const offers = createStepOffer(run, plan, request)
  const { first } = offers
  const isStreamed = asksForStream(run, plan, first)
  const viewer = run.room === undefined ? undefined : createViewer(run, step, run.room)
  const answered = await callModel({
    ...run,
    tools: first.set.list,
    recover: run.recover !== false,
    mustSpeak: first.mustSpeak,
    maxTokens: sampling.max_tokens * roomFactor,
    isStreamed,
    ...defined({ viewer }),
    refuse: offers.refuse,
    request: (maxTokens) =>
      plan.conversation.request({ ...offers.next(), model, sampling, maxTokens, isStreamed }),
    onRequest: (attempt, maxTokens) => {
      recorder.record({
        type: 'model-request',
        step,
        attempt,
        model,
        maxTokens,
        closing,
        ...(!closing && toolChoice !== 'auto' && { toolChoice }),
        ...(changed.includes('activeTools') && { activeTools: [...set.byName.keys()] }),
        ...(changed.length > 0 && { changed }),
      })
    },
    onFailure: (failure, attempt, durationMs, retryInMs) => {
      const error = toErrorRecord(failure.error)
      recorder.record({
        type: 'model-error',
        step,
        attempt,
        durationMs,
        error,
        ...defined({ retryInMs }),
      })
      offers.onFailure(failure)
      // What a closing call began to say is no answer either.
      if (retryInMs !== undefined || closing) viewer?.reset()
      if (retryInMs !== undefined) {
        recorder.tell({ type: 'retry-waiting', step, attempt, retryInMs })
      }
    },
  })
  return { ...answered, offer: first }
}

/** JSON mode has no stream (protocol 7.2). */
function asksForStream({ stream, room }: Run, { profile }: StepPlan, offer: Offer): boolean {
  if (offer.wanted.response_format !== undefined) return false
  if (stream !== 'auto') return stream === 'always'
  return room !== undefined && (offer.tools === undefined || profile.streamsTools)
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
