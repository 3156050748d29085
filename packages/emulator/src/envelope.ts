import type { JsonValue } from '@drover/core'
import type { JsonObject } from './json-object.ts'
import type { ServiceError } from './service-error.ts'

/** Which way in a request took: `openai` is `/ai/v1`, which speaks OpenAI's wire. */
export type FrontName = 'rest' | 'binding' | 'openai'

/** REST wraps a result, the others hand it out bare. */
export function toResultBody(front: FrontName, result: JsonValue): JsonValue {
  return front === 'rest' ? { result, success: true, errors: [], messages: [] } : result
}

/** The error as each front writes it; `requestId` is the one in `cf-ai-req-id`. */
export function toErrorBody(front: FrontName, error: ServiceError, requestId: string): JsonObject {
  const message = toMessage(error, requestId)
  if (front === 'binding') {
    return {
      description: error.description,
      httpCode: error.status,
      internalCode: error.code,
      message,
      name: 'AiError',
      requestId,
    }
  }
  if (error.origin === 'edge') {
    // The edge does not know what lies behind the address: its envelope is the same for both.
    return { result: null, success: false, errors: [{ code: error.code, message }], messages: [] }
  }
  return front === 'openai'
    ? { error: { code: openAiCode(error.status), message } }
    : { errors: [{ message, code: error.code }], success: false, result: {}, messages: [] }
}

/** `invalid_prompt` is captured; the other two are the rest of the list that OpenAI has it in. */
function openAiCode(status: number): string {
  if (status === 429) return 'rate_limit_exceeded'
  return status >= 500 ? 'server_error' : 'invalid_prompt'
}

function toMessage(error: ServiceError, requestId: string): string {
  switch (error.origin) {
    case 'edge':
      return error.description
    case 'input':
      return `AiError: Bad input: ${error.description}`
    case 'service':
      return `AiError: ${error.description}`
    case 'model':
      return `AiError: AiError: ${error.description} (${requestId})`
  }
}
