import type { JsonValue } from '@drover/core'
import type { ServiceError } from './service-error.ts'
import { toServiceError } from './service-error.ts'
import type { LiveStream } from './streaming/live-stream.ts'
import type { RenderedStream } from './streaming/render-stream.ts'

/** One inference, done or refused. */
export type InferenceOutcome =
  | { readonly type: 'result'; readonly result: JsonValue; readonly neurons: number }
  | {
      readonly type: 'stream'
      readonly stream: RenderedStream | LiveStream
      readonly neurons: number
    }
  | {
      readonly type: 'error'
      readonly error: ServiceError
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Whatever the service itself would not send. */
  | {
      readonly type: 'body'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly stream: RenderedStream
    }
  /** Nothing at all, on a connection that breaks or stays open. */
  | { readonly type: 'silence'; readonly ending: 'cut' | 'open' }

/** The error of the service with this code. */
export function refuse(code: number, message?: string): InferenceOutcome {
  return { type: 'error', error: toServiceError({ code, ...(message && { message }) }) }
}
