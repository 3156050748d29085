import type { DroverErrorCode } from '../errors.ts'

/** What a failure means and how many times the same request may be sent again. */
export interface ErrorClass {
  readonly code: DroverErrorCode
  /** 0, 1 (an unclear failure: once), or 3 (the service asks for patience). */
  readonly retries: 0 | 1 | 3
}

const never = (code: DroverErrorCode): ErrorClass => ({ code, retries: 0 })
const once = (code: DroverErrorCode): ErrorClass => ({ code, retries: 1 })
const patient = (code: DroverErrorCode): ErrorClass => ({ code, retries: 3 })

/** Workers AI's and AI Gateway's own codes. Source: protocol 1.4 (`workers-ai/platform/errors` and live captures). */
const SERVICE_CODES: ReadonlyMap<number, ErrorClass> = new Map([
  [1031, once('http.auth')],
  [2003, patient('http.rate_limited')],
  [2014, patient('http.timeout')],
  [2021, never('http.forbidden')],
  [3003, never('http.bad_request')],
  [3006, never('http.too_large')],
  [3007, patient('http.timeout')],
  [3008, patient('http.timeout')],
  [3010, never('http.context_window')],
  [3023, never('http.forbidden')],
  [3030, never('model.refused')],
  [3036, never('http.quota')],
  [3039, never('http.bad_request')],
  [3040, patient('http.capacity')],
  [3041, never('http.forbidden')],
  [3042, never('http.not_found')],
  [3046, once('http.timeout')],
  [4006, never('http.quota')],
  [5004, never('http.bad_request')],
  [5005, never('http.bad_request')],
  [5006, never('http.bad_request')],
  [5007, never('http.not_found')],
  [5016, never('http.forbidden')],
  [5018, never('http.forbidden')],
  [5019, never('http.bad_request')],
  [5021, never('http.context_window')],
  [5024, once('model.json_mode')],
  [5028, never('model.retired')],
  [5035, never('http.forbidden')],
  [7000, never('http.not_found')],
  [7003, never('http.not_found')],
  [8001, never('http.bad_request')],
  [8005, once('http.server')],
  [8006, never('http.bad_request')],
  [8007, never('model.refused')],
  [10000, never('http.auth')],
])

const STATUSES: ReadonlyMap<number, ErrorClass> = new Map([
  [401, never('http.auth')],
  [402, never('http.forbidden')],
  [403, never('http.forbidden')],
  [404, never('http.not_found')],
  [408, patient('http.timeout')],
  [409, patient('http.server')],
  [413, never('http.too_large')],
  [425, patient('http.server')],
  [429, patient('http.rate_limited')],
  [504, patient('http.timeout')],
  [522, patient('http.timeout')],
  [524, patient('http.timeout')],
])

/** Texts that say more than the code beside them, or that come without one. */
const TEXTS: readonly (readonly [RegExp, ErrorClass])[] = [
  [/maximum context length is \d+|context window limit/i, never('http.context_window')],
  // A spent daily allocation comes as 429 too, and no patience helps before 00:00 UTC.
  [/daily free allocation/i, never('http.quota')],
  [/model was deprecated/i, never('model.retired')],
  [/Network connection lost/i, once('http.network')],
  [/^(AiError: )*internal error/i, once('http.server')],
]

/** True for a code the service is known to use. */
export const isServiceCode = (code: number): boolean => SERVICE_CODES.has(code)

/** Classifies a failure by its text, then the service's code, then the HTTP status; what nobody knows is tried once more. */
export function classify(
  text: string,
  serviceCode: number | undefined,
  status: number | undefined,
): ErrorClass {
  const byText = TEXTS.find(([pattern]) => pattern.test(text))
  if (byText !== undefined) return byText[1]
  const byCode = serviceCode === undefined ? undefined : SERVICE_CODES.get(serviceCode)
  if (byCode !== undefined) return byCode
  const byStatus = status === undefined ? undefined : STATUSES.get(status)
  if (byStatus !== undefined) return byStatus
  // A redirect is not followed, and would be the same again.
  if (status !== undefined && status >= 300 && status < 400) return never('http.protocol')
  if (status !== undefined && status >= 400 && status < 500) return never('http.bad_request')
  // 500, 502, 503, 520 to 529 are the service's or the edge's bad moment.
  return status !== undefined && status >= 500 ? patient('http.server') : once('http.protocol')
}
