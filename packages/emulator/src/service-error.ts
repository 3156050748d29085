import type { ErrorReply } from './model-source.ts'

/** An error of the service, before a front gives it its shape. */
export interface ServiceError {
  /** HTTP status. */
  readonly status: number
  readonly code: number
  /** Without any of the prefixes (`AiError:`, `Bad input:`) that the fronts put before it. */
  readonly description: string
  /**
   * Who refuses: the edge of the API before any inference, the inputs' validator, Workers AI itself, or the model
   * behind it. Each has a text and an envelope of its own.
   */
  readonly origin: 'edge' | 'input' | 'service' | 'model'
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number
}

type Known = readonly [status: number, description: string, origin?: 'model' | 'edge']

// https://developers.cloudflare.com/workers-ai/platform/errors/ and, for the codes that page lacks, live captures.
const known: ReadonlyMap<number, Known> = new Map<number, Known>([
  [2003, [429, 'Rate limited', 'edge']],
  [3003, [400, 'Request is missing headers or body']],
  [3006, [413, 'Request is too large']],
  [3007, [408, 'Request timeout']],
  [3008, [408, 'Request was aborted']],
  [
    3010,
    [
      413,
      'The estimated number of input and maximum output tokens exceeded this model context window limit',
    ],
  ],
  [3023, [403, 'Service unavailable for account']],
  [3030, [400, 'Output was flagged', 'model']],
  [
    3036,
    [
      429,
      "You have used up your daily free allocation of 10,000 neurons. Please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
    ],
  ],
  [3039, [400, 'Finetune is missing required files']],
  [3040, [429, 'Capacity temporarily exceeded, please try again.']],
  [3041, [403, 'Account is not allowed for private model']],
  [3042, [404, 'Model name is invalid']],
  [3046, [408, 'Request timeout', 'model']],
  [
    4006,
    [
      429,
      "you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
      'model',
    ],
  ],
  [5004, [400, 'Invalid data type for base64 input']],
  [5005, [405, 'Model does not support LoRAs']],
  [5006, [400, 'Invalid input']],
  [5007, [400, 'No such model or task']],
  [5016, [403, 'Model agreement has not been accepted']],
  [5018, [403, 'Account is not allowed for private model']],
  [5019, [405, 'Deprecated SDK version']],
  [
    5021,
    [
      413,
      'The estimated number of input and maximum output tokens exceeded this model context window limit',
    ],
  ],
  [5023, [400, 'JSON Schema mode is not supported with stream mode.']],
  [5024, [400, "JSON Mode couldn't be met"]],
  [5028, [400, 'This model was deprecated on 2026-05-30. Please use an alternative model']],
  [5035, [403, 'This model requires the Workers Paid plan']],
  [7000, [404, 'No route for that URI', 'edge']],
  [7001, [405, 'Method not available for that URI.', 'edge']],
  [7003, [404, 'Could not route, perhaps your object identifier is invalid?', 'edge']],
  [8001, [400, 'Invalid input', 'model']],
  [8005, [500, 'Internal Server Error', 'model']],
  [8006, [400, 'Invalid input', 'model']],
  [8007, [400, 'Prompt was flagged as NSFW', 'model']],
  [10000, [401, 'Authentication error', 'edge']],
])

/** Completes what a model source asked for with the service's own text and status for the code. */
export function toServiceError(error: ErrorReply['error']): ServiceError {
  const [status, description, origin] = known.get(error.code) ?? [500, 'Internal Server Error']
  return {
    status: error.status ?? status,
    code: error.code,
    description: error.message ?? description,
    origin: origin ?? (error.code === 5006 ? 'input' : 'service'),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  }
}
