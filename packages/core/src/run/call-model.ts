import { defined } from '../defined.ts'
import { BackendError, DroverError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { assertRequestsAllowed } from '../model-requests.ts'
import type { Backend, WireRequest } from '../wire/backend.ts'
import {
  holdsError,
  protocolFailure,
  readFailure,
  readNetworkFailure,
  type FailedAnswer,
  type Failure,
  type FailureContext,
} from '../wire/failure.ts'
import { untilAborted } from '../until-aborted.ts'
import { readText } from '../wire/read-text.ts'
import { allCalls, readReply, type OfferedTool, type Reply } from '../wire/reply.ts'
import { withRetries, type Attempt } from './retry.ts'

/** A reply and where it came from. */
export interface AnsweredReply {
  readonly reply: Reply
  readonly attempt: number
  readonly durationMs: number
  readonly requestId?: string
}

/** One model call. */
export interface ModelCall {
  readonly backend: Backend
  readonly runtime: Runtime
  readonly log: Logger
  readonly signal: AbortSignal
  readonly maxTokens: number
  /** What the model knows of; its calls are recovered, repaired and checked by them. */
  readonly tools: readonly OfferedTool[]
  readonly repair: boolean
  readonly recover: boolean
  /** True where calls are no answer: the last call of a run. */
  readonly mustSpeak: boolean
  /** Makes the request; called once for each attempt. */
  readonly request: (maxTokens: number) => WireRequest
  readonly onRequest: (attempt: number, maxTokens: number) => void
  readonly onFailure: (
    failure: Failure,
    attempt: number,
    durationMs: number,
    retryInMs?: number,
  ) => void
}

/**
 * Sends one model request, with retries, and reads the whole reply.
 * @throws BackendError when it fails for good; `signal.reason` as it is after an abort.
 */
export function callModel(call: ModelCall): Promise<AnsweredReply> {
  const { runtime, signal, log } = call
  let startedAt = runtime.now()
  let { maxTokens } = call
  return withRetries<AnsweredReply>(
    (attempt) => {
      startedAt = runtime.now()
      call.onRequest(attempt, maxTokens)
      return sendOnce({ ...call, maxTokens }, attempt, startedAt)
    },
    {
      runtime,
      signal,
      onFailure: (failure, attempt, retryInMs) => {
        const { code, message, status, serviceCode } = failure.error
        if (code === 'reply.truncated') maxTokens *= 2
        log.warn({ code, status, serviceCode, attempt, retryInMs }, message)
        call.onFailure(failure, attempt, runtime.now() - startedAt, retryInMs)
      },
    },
  )
}

async function sendOnce(
  call: ModelCall,
  attempt: number,
  startedAt: number,
): Promise<Attempt<AnsweredReply>> {
  const { backend, runtime, signal } = call
  const request = call.request(call.maxTokens)
  const { redact } = backend
  const context: FailureContext = { model: request.model, now: runtime.now(), redact }
  assertRequestsAllowed(backend)
  let answer: FailedAnswer
  try {
    // A backend, or a body, that ignores the signal is left behind.
    answer = await untilAborted(receive(backend, request, signal), signal)
  } catch (error) {
    signal.throwIfAborted()
    // What a backend says in our own words (a wrong option, an unscripted request) is final.
    if (DroverError.is(error)) throw error
    return { ok: false, failure: readNetworkFailure(error, context) }
  }
  if (isError(answer)) return { ok: false, failure: readFailure(answer, context) }
  if (answer.json === undefined) {
    const what = 'Workers AI answered with something that is not JSON.'
    return { ok: false, failure: protocolFailure(what, answer, context) }
  }
  const reply = readReply(answer.json, {
    ...call,
    chargedNeurons: answer.headers.get('cf-ai-neurons'),
  })
  const useless = uselessReply(reply, call, request.model)
  if (useless !== undefined) return { ok: false, failure: useless }
  const requestId = answer.headers.get('cf-ai-req-id') ?? undefined
  const durationMs = runtime.now() - startedAt
  return {
    ok: true,
    value: { reply, attempt, durationMs, ...defined({ requestId }) },
  }
}

async function receive(
  backend: Backend,
  request: WireRequest,
  signal: AbortSignal,
): Promise<FailedAnswer> {
  const response = await backend.send(request, { signal })
  const text = await readText(response)
  const answer = { status: response.status, headers: response.headers, text }
  try {
    return { ...answer, json: JSON.parse(text) }
  } catch {
    return answer
  }
}

/** A refusing status, or a 200 that says `success: false` or carries errors (protocol 1.3). */
function isError({ status, json }: FailedAnswer): boolean {
  return status < 200 || status > 299 || holdsError(json)
}

/** A reply that is one and yet says nothing to go on with: empty, or all of it a call that was cut off. */
function uselessReply(
  reply: Reply,
  { mustSpeak, maxTokens }: ModelCall,
  model: string,
): Failure | undefined {
  const details = { retryable: true }
  if (reply.isCallCut && reply.toolCalls.length === 0 && !mustSpeak) {
    const message =
      `A tool call of \`${model}\` was cut off after ${maxTokens} tokens. ` +
      'Set a larger `maxTokens`, or ask for less at a time.'
    return { error: new BackendError('reply.truncated', message, details), retries: 1, delayMs: 0 }
  }
  if (reply.text !== '' || (!mustSpeak && allCalls(reply).length > 0)) return undefined
  const message = `The model \`${model}\` answered with neither text nor a tool call.`
  return { error: new BackendError('model.empty', message, details), retries: 1 }
}
