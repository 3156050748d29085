import type { Runtime } from '@drover/core'
import { DroverError } from '@drover/core'
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http'
import { answerCatalogue, methodMessage } from './front/answer-catalogue.ts'
import { isAuthorized } from './front/authorization.ts'
import type { Asker, InferenceContext } from './inference-context.ts'
import type { InferenceOutcome } from './outcome.ts'
import { infer } from './inference.ts'
import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue, parseJson } from './json-object.ts'
import type { MisbehaveOptions } from './misbehave/misbehave-options.ts'
import { readMisbehaveHeader } from './misbehave/misbehave-options.ts'
import type { BeginStrikes } from './misbehave/strikes.ts'
import { createStrikes } from './misbehave/strikes.ts'
import { findModel } from './model-catalogue.ts'
import type { ErrorReply } from './model-source.ts'
import type { AnsweredRequest, ReceivedRequest } from './received-request.ts'
import { toReceivedRequest } from './received-request.ts'
import type { UnwrappedRequest } from './remote-proxy.ts'
import { unwrapRemoteProxy } from './remote-proxy.ts'
import { readBody } from './request-body.ts'
import { checkAccess, checkContentType } from './request-guard.ts'
import { sendJson, sendOutcome, sendText } from './response.ts'
import type { InferenceRoute } from './route.ts'
import { findRoute, readParts } from './route.ts'
import { toServiceError } from './service-error.ts'
import type { EndedReply } from './streaming/reply-frames.ts'
import { writeStream } from './streaming/write-stream.ts'

/** What the server needs beside what an inference needs. */
export interface ListenerContext extends InferenceContext {
  /** The only token every front but the binding accepts; any that is not empty where this is `undefined`. */
  readonly apiToken: string | undefined
  readonly port: number
  readonly misbehave: MisbehaveOptions
  /** The interface that was asked for; every request then needs the token. */
  readonly host: string | undefined
  /** Called once for each request for an inference, when all is over. */
  readonly onAnswer: ((request: AnsweredRequest) => void) | undefined
  /** Called with each request for an inference, before it is answered. */
  readonly onRequest: (request: ReceivedRequest) => void
  /** Called with the latest object for the request and what became of it; gives the object that replaces it. */
  readonly onChange: (request: ReceivedRequest, change: Partial<ReceivedRequest>) => ReceivedRequest
}

/** Answers HTTP requests. Whatever goes wrong inside becomes a 500, or breaks an answer that has begun. */
export function createRequestListener(context: ListenerContext): RequestListener {
  const { misbehave, runtime } = context
  const begin = createStrikes(misbehave, runtime)
  const seeded = misbehave.seed === undefined ? {} : { seed: misbehave.seed }
  const seededContext = { ...context, streaming: { ...seeded, ...context.streaming } }
  return (request, response) => {
    answer(request, response, seededContext, begin).catch((error: unknown) => {
      context.log.error({ error: String(error) }, 'the emulator failed')
      if (response.headersSent) response.destroy()
      else sendText(response, 500, 'The emulator failed; its log says why.\n')
    })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: ListenerContext,
  begin: BeginStrikes,
): Promise<void> {
  const unwrapped = unwrapRemoteProxy(request.url ?? '/', request.headers)
  const refusal =
    checkAccess(request, context) ??
    (request.method === 'POST' && unwrapped ? checkContentType(unwrapped.headers) : undefined)
  if (refusal !== undefined) {
    request.resume()
    context.log.warn({ status: refusal.status, reason: refusal.reason }, 'request refused')
    return sendText(response, refusal.status, `${refusal.reason}\n`)
  }
  // People open the address in a browser, and miniflare probes it by WebSocket: any plain answer satisfies both.
  if (request.method === 'GET' && unwrapped?.url.pathname === '/') {
    return sendText(response, 200, 'Workers AI on this machine (Drover emulator).\n')
  }
  const identity = { requestId: context.runtime.createId(), sourceName: context.source.name }
  const route = unwrapped && findRoute(unwrapped.url, unwrapped.headers)
  if (unwrapped === undefined || route === undefined) {
    request.resume()
    const path = unwrapped?.url.pathname
    context.log.warn({ status: 404, method: request.method, path }, 'no such address')
    sendOutcome(response, refuse({ code: 7000 }), { ...identity, front: 'rest' })
    return
  }
  const { method = '' } = request
  if (route.to !== 'inference') {
    request.resume()
    const found = answerCatalogue({ route, method, ...unwrapped }, context)
    if ('body' in found) sendJson(response, 200, found.body)
    else sendOutcome(response, refuse(found.error), { ...identity, front: 'rest' })
    return
  }
  const misbehave = readHeader(unwrapped.headers['x-drover-misbehave'])
  if (DroverError.is(misbehave)) {
    request.resume()
    return sendText(response, 400, `${misbehave.message}\n`)
  }
  const start = context.runtime.now()
  const { received, inputs } = await receive(request, unwrapped, route)
  context.onRequest(received)
  const { front, model } = received
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  let ended: EndedReply | undefined
  const asker = {
    front,
    requestId: identity.requestId,
    signal: gone.signal,
    strikes: begin(misbehave),
    onEnd: (reply: EndedReply): void => {
      ended = reply
    },
  }
  const outcome = await decide(method, route, { model, inputs }, unwrapped.headers, context, asker)
  const misbehaved = asker.strikes.names()
  if (misbehaved.length > 0) response.setHeader('x-drover-misbehave', misbehaved.join(', '))
  const log = isThroughGateway(received, route) ? { gatewayLogId: context.runtime.createId() } : {}
  const status = sendOutcome(response, outcome, { ...identity, ...log, front })
  const answered = context.onChange(received, { status, misbehaved })
  const stayed = await finish(response, outcome, context.runtime, gone.signal)
  const last = stayed ? answered : context.onChange(answered, { abandoned: true })
  const durationMs = context.runtime.now() - start
  const happened = { front, model, status, misbehaved, durationMs }
  context.log.debug({ ...happened, ...identity }, 'request answered')
  const { sourceName } = identity
  context.onAnswer?.({ ...last, durationMs, sourceName, ...summaryOf(outcome, ended) })
}

/** Sends what `sendOutcome` has not; gives false when the client left first. */
async function finish(
  response: ServerResponse,
  outcome: InferenceOutcome,
  runtime: Runtime,
  gone: AbortSignal,
): Promise<boolean> {
  switch (outcome.type) {
    case 'stream':
    case 'body':
      return writeStream(response, outcome.stream, runtime)
    case 'silence':
      if (outcome.ending === 'cut') response.destroy()
      else if (!gone.aborted) await new Promise((resolve) => response.once('close', resolve))
      return outcome.ending === 'cut'
    case 'result':
    case 'error':
      return !gone.aborted
  }
}

/** What the request itself asks to go wrong; what is wrong with that, where it is. */
function readHeader(
  header: string | readonly string[] | undefined,
): MisbehaveOptions | DroverError {
  try {
    return header === undefined ? {} : readMisbehaveHeader(String(header))
  } catch (error) {
    if (DroverError.is(error)) return error
    throw error
  }
}

/** What is worth telling of an answer. */
function summaryOf(
  outcome: InferenceOutcome,
  ended: EndedReply | undefined,
): Pick<AnsweredRequest, 'tokens' | 'toolNames' | 'error'> {
  const toolNames = ended?.generation.toolCalls.map(({ toolName }) => toolName) ?? []
  const { usage } = ended ?? {}
  return {
    toolNames,
    ...(usage && { tokens: { input: usage.prompt_tokens, output: usage.completion_tokens } }),
    ...(outcome.type === 'error' && {
      error: { code: outcome.error.code, message: outcome.error.description },
    }),
  }
}

/** The inputs as they came; why there are none, where the body could not be read. */
type ReceivedInputs = JsonObject | 'missing' | 'too-large'

async function receive(
  request: IncomingMessage,
  { url, headers }: UnwrappedRequest,
  route: InferenceRoute,
): Promise<{ readonly received: ReceivedRequest; readonly inputs: ReceivedInputs }> {
  const text = await readBody(request)
  const body = text === undefined ? undefined : parseJson(text)
  const { model, inputs, options } = readParts(route, body)
  const received = toReceivedRequest({
    front: route.front,
    model,
    path: `${url.pathname}${url.search}`,
    inputs: inputs ?? {},
    options,
    headers,
  })
  return { received, inputs: inputs ?? (text === undefined ? 'too-large' : 'missing') }
}

async function decide(
  method: string,
  { front, model: named }: InferenceRoute,
  { model, inputs }: { readonly model: string; readonly inputs: ReceivedInputs },
  headers: IncomingHttpHeaders,
  context: ListenerContext,
  asker: Asker,
): Promise<InferenceOutcome> {
  if (method !== 'POST') {
    return refuse({ code: 7001, message: methodMessage(method) })
  }
  if (!isAuthorized(front, headers, context.apiToken)) {
    return refuse({ code: 10_000 })
  }
  if (inputs === 'too-large') return refuse({ code: 3006 })
  if (front === 'binding' && model === '') {
    return refuse({ code: 7000, status: 500, message: 'Model ID missing' })
  }
  if (inputs === 'missing') {
    const message = 'Request is missing headers or body: expected a JSON object'
    return refuse({ code: 3003, message })
  }
  // Where the model is in the body, REST's edge itself looks for it.
  if (front === 'rest' && named === undefined && findModel(model) === undefined) {
    return refuse({ code: 7003, message: `Model not found: ${model}` })
  }
  return infer(model, inputs, context, asker)
}

/** Over an AI Gateway's own address, a header of REST, or an option of the binding. */
function isThroughGateway(
  { headers, options, path }: ReceivedRequest,
  { gateway }: InferenceRoute,
): boolean {
  const asked = ownValue(options, 'gateway')
  return (
    gateway !== undefined ||
    headers['cf-aig-gateway-id'] !== undefined ||
    path.startsWith('/ai-gateway/') ||
    (isJsonObject(asked) && typeof ownValue(asked, 'id') === 'string')
  )
}

function refuse(error: ErrorReply['error']): InferenceOutcome {
  return { type: 'error', error: toServiceError(error) }
}
