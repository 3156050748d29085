import { defined } from '../defined.ts'
import { BackendError, DroverError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { assertRequestsAllowed } from '../model-requests.ts'
import type { Backend, WireRequest } from '../wire/backend.ts'
import {
  protocolFailure,
  readFailure,
  readNetworkFailure,
  type FailedAnswer,
  type Failure,
  type FailureContext,
} from '../wire/failure.ts'
import { own } from '../json.ts'
import { readText } from '../wire/read-text.ts'
import { readReply, type Reply } from '../wire/reply.ts'
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
  /** Makes the request; called once for each attempt. */
  readonly request: () => WireRequest
  readonly onRequest: (attempt: number) => void
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
  return withRetries<AnsweredReply>(
    (attempt) => {
      startedAt = runtime.now()
      call.onRequest(attempt)
      return sendOnce(call, attempt, startedAt)
    },
    {
      runtime,
      signal,
      onFailure: (failure, attempt, retryInMs) => {
        const { code, message, status, serviceCode } = failure.error
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
  const request = call.request()
  const redact = backend.redact ?? ((text: string): string => text)
  const context: FailureContext = { model: request.model, now: runtime.now(), redact }
  assertRequestsAllowed(backend)
  let answer: FailedAnswer
  try {
    const response = await backend.send(request, { signal })
    answer = await readAnswer(response)
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
    maxTokens: call.maxTokens,
    chargedNeurons: answer.headers.get('cf-ai-neurons'),
  })
  if (reply.text === '' && reply.toolCalls.length === 0) {
    return { ok: false, failure: emptyReply(request.model) }
  }
  const requestId = answer.headers.get('cf-ai-req-id') ?? undefined
  const durationMs = runtime.now() - startedAt
  return {
    ok: true,
    value: { reply, attempt, durationMs, ...defined({ requestId }) },
  }
}

async function readAnswer(response: Response): Promise<FailedAnswer> {
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
  if (status < 200 || status > 299) return true
  const errors = own(json, 'errors')
  return (
    own(json, 'success') === false ||
    (Array.isArray(errors) && errors.length > 0) ||
    typeof own(json, 'internalCode') === 'number'
  )
}

function emptyReply(model: string): Failure {
  const message = `The model \`${model}\` answered with neither text nor a tool call.`
  return { error: new BackendError('model.empty', message, { retryable: true }), retries: 1 }
}
