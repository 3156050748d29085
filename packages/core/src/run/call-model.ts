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
  type Failure,
  type FailureContext,
} from '../wire/failure.ts'
import { untilAborted } from '../until-aborted.ts'
import type { ModelPrice } from '../wire/price.ts'
import { allCalls, readReply, type OfferedTool, type Reply } from '../wire/reply.ts'
import { createStreamReader, FailedStream, type ReplyDelta } from '../wire/stream-reader.ts'
import { isError, receive, type Received } from './receive.ts'
import { watchRequest, type RequestTimeouts, type RequestWatch } from './request-watch.ts'
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
  readonly timeouts: RequestTimeouts
  readonly maxTokens: number
  /** Gives what is left of that for an attempt. What it throws ends the call. */
  readonly afford?: (maxTokens: number) => number
  readonly price: ModelPrice | undefined
  /** Whether the requests ask for a stream. */
  readonly isStreamed: boolean
  /** What the model knows of; its calls are recovered, repaired and checked by them. */
  readonly tools: readonly OfferedTool[]
  readonly repair: boolean
  readonly recover: boolean
  /** True where calls are no answer: the last call of a run. */
  readonly mustSpeak: boolean
  /** Says why a reply that can be read is none to go on with. */
  readonly refuse: (reply: Reply) => Failure | undefined
  /** Makes the request; called once for each attempt. */
  readonly request: (maxTokens: number) => WireRequest
  readonly onRequest: (attempt: number, maxTokens: number) => void
  /** Where absent, nobody looks while the reply comes. */
  readonly viewer?: ReplyViewer
  readonly onFailure: (
    failure: Failure,
    attempt: number,
    durationMs: number,
    retryInMs?: number,
  ) => void
}

/** Who looks at a reply while it comes. */
export interface ReplyViewer {
  readonly onDelta: (delta: ReplyDelta) => void
  /** Something to wait for before more is read; undefined where there is room. */
  readonly room: () => Promise<void> | undefined
}

/**
 * Sends one model request, with retries, and reads the whole reply.
 * @throws BackendError when it fails for good; `signal.reason` as it is after an abort.
 */
export function callModel(call: ModelCall): Promise<AnsweredReply> {
  const { runtime, signal, log } = call
  let startedAt = runtime.now()
  let { maxTokens: wanted } = call
  return withRetries<AnsweredReply>(
    async (attempt) => {
      startedAt = runtime.now()
      const maxTokens = call.afford?.(wanted) ?? wanted
      call.onRequest(attempt, maxTokens)
      const watch = watchRequest(call)
      try {
        return await sendOnce({ ...call, maxTokens }, watch, attempt, startedAt)
      } finally {
        watch.stop()
      }
    },
    {
      runtime,
      signal,
      onFailure: (failure, attempt, retryInMs) => {
        const { code, message, status, serviceCode } = failure.error
        if (code === 'reply.truncated') wanted *= 2
        log.warn({ code, status, serviceCode, attempt, retryInMs }, message)
        call.onFailure(failure, attempt, runtime.now() - startedAt, retryInMs)
      },
    },
  )
}

async function sendOnce(
  call: ModelCall,
  watch: RequestWatch,
  attempt: number,
  startedAt: number,
): Promise<Attempt<AnsweredReply>> {
  const { backend, runtime, signal, viewer } = call
  const request = call.request(call.maxTokens)
  const { redact } = backend
  const context: FailureContext = { model: request.model, now: runtime.now(), redact }
  assertRequestsAllowed(backend)
  // Whoever was told of the request may have aborted the run.
  signal.throwIfAborted()
  let received: Received
  try {
    // A backend, or a body, that ignores the signal is left behind.
    const sending = backend.send(request, { signal: watch.signal })
    received = await receive(await untilAborted(sending, watch.signal), {
      watch,
      isStreamed: call.isStreamed,
      context,
      room: () => viewer?.room(),
      startReader: (headers) =>
        createStreamReader({
          ...call,
          context,
          headers,
          chargedNeurons: headers.get('cf-ai-neurons'),
          onDelta: (delta) => viewer?.onDelta(delta),
        }),
    })
  } catch (error) {
    signal.throwIfAborted()
    const exceeded = watch.exceeded()
    if (exceeded !== undefined) return { ok: false, failure: timeoutFailure(exceeded) }
    if (error instanceof FailedStream) return { ok: false, failure: error.failure }
    // What a backend says in our own words (a wrong option, an unscripted request) is final.
    if (DroverError.is(error)) throw error
    return { ok: false, failure: readNetworkFailure(error, context) }
  }
  const { answer, reply = readWhole(received, call) } = received
  if (isError(answer)) return { ok: false, failure: readFailure(answer, context) }
  if (reply === undefined) {
    const what = 'Workers AI answered with something that is not JSON.'
    return { ok: false, failure: protocolFailure(what, answer, context) }
  }
  const useless = uselessReply(reply, call, request.model)
  if (useless !== undefined) return { ok: false, failure: useless }
  if (received.reply === undefined && viewer !== undefined) tellWhole(reply.text, viewer)
  const requestId = answer.headers.get('cf-ai-req-id') ?? undefined
  const durationMs = runtime.now() - startedAt
  return {
    ok: true,
    value: { reply, attempt, durationMs, ...defined({ requestId }) },
  }
}

function readWhole({ answer }: Received, call: ModelCall): Reply | undefined {
  const { json, headers } = answer
  if (json === undefined) return undefined
  return readReply(json, { ...call, chargedNeurons: headers.get('cf-ai-neurons') })
}

/** A text that came whole is shown a few words at a time, as a stream would bring it. */
function tellWhole(text: string, { onDelta }: ReplyViewer): void {
  for (const [words] of text.matchAll(/[^]{1,24}\S*\s*/g))
    onDelta({ type: 'text-delta', text: words })
}

function timeoutFailure(what: string): Failure {
  const message = `${what}. Set larger \`timeouts\` if the model needs more time.`
  return { error: new BackendError('http.timeout', message, { retryable: true }), retries: 3 }
}

/** A reply that is one and yet says nothing to go on with: empty, or all of it a call that was cut off. */
function uselessReply(
  reply: Reply,
  { mustSpeak, maxTokens, refuse }: ModelCall,
  model: string,
): Failure | undefined {
  const details = { retryable: true }
  const { usage } = reply
  if (reply.isCallCut && reply.toolCalls.length === 0 && !mustSpeak) {
    const message =
      `A tool call of \`${model}\` was cut off after ${maxTokens} tokens. ` +
      'Set a larger `maxTokens`, or ask for less at a time.'
    const error = new BackendError('reply.truncated', message, details)
    return { error, retries: 1, delayMs: 0, usage }
  }
  const refused = refuse(reply)
  if (refused !== undefined) return refused
  if (reply.text !== '' || (!mustSpeak && allCalls(reply).length > 0)) return undefined
  const message = `The model \`${model}\` answered with neither text nor a tool call.`
  return { error: new BackendError('model.empty', message, details), retries: 1, usage }
}
