import { defined } from '../defined.ts'
import { wait } from '../runtime.ts'
import type { Usage } from '../wire/usage.ts'
import { withheldTools } from './caps.ts'
import { callModel, type AnsweredReply } from './call-model.ts'
import { toErrorRecord } from './error-record.ts'
import type { AskedModel } from './model-cursor.ts'
import { toStepRequest, type Offer } from './offer.ts'
import type { StepPlan } from './prepare-step.ts'
import { createReservation, OutOfBudget } from './reservation.ts'
import type { Run } from './run.ts'
import { createStepOffer } from './step-offer.ts'
import { createViewer, type StepViewer } from './step-viewer.ts'

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
 * Asks the model, with retries, and those after it where it cannot answer, and tells of it.
 * @returns undefined where the budget has no room for the request
 * @throws what `callModel` throws.
 */
export async function ask(
  run: Run,
  plan: StepPlan,
  request: StepRequest,
): Promise<Asked | undefined> {
  const viewer = run.room === undefined ? undefined : createViewer(run, request.step, run.room)
  // Once for each model: what still does not fit then is not for it.
  let mayTrim = true
  for (let attempts = 0; ;) {
    try {
      await makeRoom(run, plan, request)
      return await askModel(run, plan, request, viewer, () => ++attempts)
    } catch (error) {
      if (error instanceof OutOfBudget) return undefined
      // The run goes on without this reply.
      if (run.clock.isUp()) viewer?.reset()
      run.signal.throwIfAborted()
      const isShorter: boolean = mayTrim && (await makeRoom(run, plan, request, error))
      if (!isShorter && !plan.moveOn(error)) throw error
      mayTrim = !isShorter
      viewer?.reset()
    }
  }
}

/** Makes what is sent shorter where it exceeds the window, or did so, and tells of it; false where it stays as it is. */
async function makeRoom(
  run: Run,
  plan: StepPlan,
  { step, roomFactor }: StepRequest,
  error?: unknown,
): Promise<boolean> {
  const { window, sampling: own } = plan.asked()
  const sampling = plan.sampling ?? own
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
  plan: StepPlan,
  request: StepRequest,
  viewer: StepViewer | undefined,
  nextAttempt: () => number,
): Promise<Asked> {
  const { recorder, cursor, budget, runtime, clock } = run
  const { toolChoice, active, changed } = plan
  const { step, closing, roomFactor } = request
  const asked = plan.asked()
  const { model, profile, conversation } = asked
  const sampling = plan.sampling ?? asked.sampling
  const withheld = closing ? [] : [...withheldTools(run)]
  const offers = createStepOffer(run, { ...asked, active, toolChoice, withheld }, request)
  const { first } = offers
  const withTools = first.tools !== undefined
  const isStreamed = asksForStream(run, asked, first)
  const reservation =
    budget &&
    createReservation(
      budget,
      asked,
      recorder.state,
      withTools && !closing && run.closingCall,
      first.reminder,
    )
  // The run's time may have cut the wait that the service asked for.
  const restMs = (cursor.restUntil.get(model) ?? 0) - runtime.now()
  if (restMs > 0) await wait(runtime, restMs, run.signal)
  let attempt = 0
  let sentAt: number | undefined
  const fail = (
    failed: unknown,
    usage: Usage | undefined,
    durationMs: number,
    retryInMs?: number,
  ): void => {
    sentAt = undefined
    const error = toErrorRecord(failed)
    const told = defined({ retryInMs, usage })
    recorder.record({ type: 'model-error', step, attempt, durationMs, error, ...told })
  }
  const answered = await callModel({
    ...run,
    price: profile.price,
    tools: first.set.list,
    recover: run.recover !== false,
    mustSpeak: first.mustSpeak,
    refuse: offers.refuse,
    maxTokens: sampling.max_tokens * roomFactor,
    isStreamed,
    ...defined({ viewer, afford: reservation?.afford }),
    request: (maxTokens) =>
      conversation.request({
        ...toStepRequest(offers.next()),
        sampling: plan.sampling,
        maxTokens,
        isStreamed,
      }),
    onRequest: (_, maxTokens) => {
      attempt = nextAttempt()
      sentAt = runtime.now()
      recorder.record({
        type: 'model-request',
        step,
        attempt,
        model,
        maxTokens,
        closing,
        ...(!closing && toolChoice !== 'auto' && { toolChoice }),
        ...(active && { activeTools: active }),
        ...(changed.length > 0 && { changed }),
        ...(withheld.length > 0 && { withheld }),
      })
    },
    onFailure: (failure, _, durationMs, retryInMs) => {
      const { error: failed, usage: told } = failure
      cursor.restUntil.set(model, runtime.now() + (failed.retryAfterMs ?? 0))
      const usage = reservation === undefined ? told : reservation.lose(failed.code, told)
      fail(failed, usage, durationMs, retryInMs)
      offers.onFailure(failure)
      // What a closing call began to say is no answer either.
      if (retryInMs !== undefined || closing) viewer?.reset()
      if (retryInMs !== undefined) {
        recorder.tell({ type: 'retry-waiting', step, attempt, retryInMs })
      }
    },
  }).catch((error: unknown) => {
    // Cut because the run's time is up. It may be billed, and a closing call may follow.
    if (clock.isUp() && !clock.given.aborted && sentAt !== undefined) {
      fail(error, reservation?.lose('http.timeout', undefined), runtime.now() - sentAt)
    }
    throw error
  })
  const { reply } = answered
  // What was counted with fewer tools says nothing of the next request.
  if (offers.next().tools === asked.wireTools) asked.window.learn(reply.usage)
  const usage = reservation?.settle(reply.usage) ?? reply.usage
  return { ...answered, attempt, reply: { ...reply, usage }, offer: first }
}

/** JSON mode has no stream (protocol 7.2). */
function asksForStream({ stream, room }: Run, { profile }: AskedModel, offer: Offer): boolean {
  if (offer.wanted?.response_format !== undefined) return false
  if (stream !== 'auto') return stream === 'always'
  return room !== undefined && (offer.tools === undefined || profile.streamsTools)
}
