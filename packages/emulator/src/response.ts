import type { ServerResponse } from 'node:http'
import type { FrontName } from './envelope.ts'
import { toErrorBody, toResultBody } from './envelope.ts'
import type { InferenceOutcome } from './outcome.ts'

/** What every answer of the service says of itself. */
export interface ResponseIdentity {
  readonly front: FrontName
  /** Goes into `cf-ai-req-id`. */
  readonly requestId: string
  readonly sourceName: string
  /** Goes into `cf-aig-log-id`, where the request went through an AI Gateway. */
  readonly gatewayLogId?: string
}

/** Sends an outcome in its front's shape, of a stream only the head; gives the HTTP status, 0 for none. */
export function sendOutcome(
  response: ServerResponse,
  outcome: InferenceOutcome,
  { front, requestId, sourceName, gatewayLogId }: ResponseIdentity,
): number {
  if (outcome.type === 'silence') return 0
  response.setHeader('cf-ai-req-id', requestId)
  response.setHeader('x-drover-model-source', sourceName)
  if (gatewayLogId !== undefined) {
    response.setHeader('cf-aig-log-id', gatewayLogId)
    response.setHeader('cf-aig-cache-status', 'MISS')
    response.setHeader('cf-aig-step', '0')
  }
  if (outcome.type === 'error') {
    const { error } = outcome
    for (const [name, value] of Object.entries(outcome.headers ?? {})) {
      response.setHeader(name, value)
    }
    if (error.retryAfter !== undefined) response.setHeader('retry-after', String(error.retryAfter))
    return sendJson(response, error.status, toErrorBody(front, error, requestId))
  }
  if (outcome.type === 'body') {
    const { status, stream } = outcome
    response.writeHead(status, { 'content-type': stream.contentType, ...outcome.headers })
    response.flushHeaders()
    return status
  }
  response.setHeader('cf-ai-neurons', String(outcome.neurons))
  if (outcome.type === 'result') return sendJson(response, 200, toResultBody(front, outcome.result))
  // Its body is written while the client reads.
  response.writeHead(200, { 'content-type': outcome.stream.contentType })
  response.flushHeaders()
  return 200
}

/** Sends a line for people: what the emulator itself has to say, not the service it stands in for. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

/** Sends JSON as the service does; gives the status. */
export function sendJson(response: ServerResponse, status: number, body: unknown): number {
  response.setHeader('x-content-type-options', 'nosniff')
  // Exactly this: with a charset the `Ai` class hands its caller a stream instead of the parsed answer.
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
  return status
}
