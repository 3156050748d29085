import type { DroverErrorCode } from '../errors.ts'

/** What a failure means and how many times the same request may be sent again. */
export interface ErrorClass {
  readonly code: DroverErrorCode
  /** 0, 1 (an unclear failure: once), or 3 (the service asks for patience). */
  readonly retries: 0 | 1 | 3
}

type Row = readonly [DroverErrorCode, ErrorClass['retries'], readonly number[]]

/** Workers AI's and AI Gateway's own codes. Source: protocol 1.4 (`workers-ai/platform/errors` and live captures). */
const SERVICE_CODES: readonly Row[] = [
  ['http.auth', 0, [10000]],
  ['http.auth', 1, [1031]],
  ['http.rate_limited', 3, [2003]],
  ['http.capacity', 3, [3040]],
  ['http.timeout', 3, [2014, 3007, 3008]],
  ['http.timeout', 1, [3046]],
  ['http.server', 1, [8005]],
  ['http.quota', 0, [3036, 4006]],
  ['http.forbidden', 0, [2021, 3023, 3041, 5016, 5018, 5035]],
  ['http.not_found', 0, [3042, 5007, 7000, 7003]],
  ['http.too_large', 0, [3006]],
  ['http.context_window', 0, [3010, 5021]],
  ['http.bad_request', 0, [3003, 3039, 5004, 5005, 5006, 5019, 8001, 8006]],
  ['model.refused', 0, [3030, 8007]],
  ['model.json_mode', 1, [5024]],
  ['model.retired', 0, [5028]],
]

const STATUSES: readonly Row[] = [
  ['http.auth', 0, [401]],
  ['http.forbidden', 0, [402, 403]],
  ['http.not_found', 0, [404]],
  ['http.too_large', 0, [413]],
  ['http.rate_limited', 3, [429]],
  ['http.timeout', 3, [408, 504, 522, 524]],
  ['http.server', 3, [409, 425]],
]

/** Texts that say more than the code beside them, or that come without one. */
const TEXTS: readonly (readonly [RegExp, DroverErrorCode, ErrorClass['retries']])[] = [
  [/maximum context length is \d+|context window limit/i, 'http.context_window', 0],
  // A spent daily allocation comes as 429 too, and no patience helps before 00:00 UTC.
  [/daily free allocation/i, 'http.quota', 0],
  [/model was deprecated/i, 'model.retired', 0],
  [/Network connection lost/i, 'http.network', 1],
  [/^(AiError: )*internal error/i, 'http.server', 1],
]

/** True for a code the service is known to use. */
export const isServiceCode = (code: number): boolean => find(SERVICE_CODES, code) !== undefined

/** Classifies a failure by its text, then the service's code, then the HTTP status; what nobody knows is tried once more. */
export function classify(
  text: string,
  serviceCode: number | undefined,
  status: number = 0,
): ErrorClass {
  const said = TEXTS.find(([pattern]) => pattern.test(text))
  if (said !== undefined) return { code: said[1], retries: said[2] }
  const known = find(SERVICE_CODES, serviceCode) ?? find(STATUSES, status)
  if (known !== undefined) return known
  // 500, 502, 503, 520 to 529 are the service's or the edge's bad moment.
  if (status >= 500) return { code: 'http.server', retries: 3 }
  if (status >= 400) return { code: 'http.bad_request', retries: 0 }
  // A redirect is not followed, and would be the same again.
  return { code: 'http.protocol', retries: status >= 300 ? 0 : 1 }
}

function find(rows: readonly Row[], number: number | undefined): ErrorClass | undefined {
  const row =
    number === undefined ? undefined : rows.find(([, , numbers]) => numbers.includes(number))
  return row && { code: row[0], retries: row[1] }
}
