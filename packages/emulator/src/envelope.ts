import type { JsonValue } from '@drover/core'
import type { JsonObject } from './json-object.ts'
import type { ServiceError } from './service-error.ts'

/** Which of the two ways in a request took. */
export type FrontName = 'rest' | 'binding'

/** REST wraps a result, the binding hands it out bare. */
export function toResultBody(front: FrontName, result: JsonValue): JsonValue {
  return front === 'binding' ? result : { result, success: true, errors: [], messages: [] }
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
  return error.origin === 'edge'
    ? { result: null, success: false, errors: [{ code: error.code, message }], messages: [] }
    : { errors: [{ message, code: error.code }], success: false, result: {}, messages: [] }
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
