import type { InferenceOutcome } from '../outcome.ts'
import type { ErrorReply } from '../model-source.ts'
import { toServiceError } from '../service-error.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'
import { toBody } from './bodies.ts'

/** HTTP statuses; those from 502 come with a page for people, as from what stands before the service. */
export type StatusName =
  | '400'
  | '401'
  | '403'
  | '404'
  | '405'
  | '413'
  | '422'
  | '429'
  | '429-seconds'
  | '429-date'
  | '429-milliseconds'
  | '429-past'
  | '429-garbage'
  | '429-long'
  | '500'
  | '502'
  | '503'
  | '504'
  | '520'
  | '521'
  | '522'
  | '523'
  | '524'

/** Errors of the service, by its own codes. */
export type CodeName =
  | '1031'
  | '3003'
  | '3006'
  | '3007'
  | '3008'
  | '3010'
  | '3023'
  | '3030'
  | '3036'
  | '3039'
  | '3040'
  | '3041'
  | '3042'
  | '3046'
  | '4006'
  | '5004'
  | '5005'
  | '5007'
  | '5016'
  | '5018'
  | '5019'
  | '5021'
  | '5024'
  | '5028'
  | '5035'
  | '7003'
  | '8001'
  | '8005'
  | '8006'
  | '8007'
  | '10000'

const CODES: readonly Exclude<CodeName, '1031'>[] = [
  '3003',
  '3006',
  '3007',
  '3008',
  '3010',
  '3023',
  '3030',
  '3036',
  '3039',
  '3040',
  '3041',
  '3042',
  '3046',
  '4006',
  '5004',
  '5005',
  '5007',
  '5016',
  '5018',
  '5019',
  '5021',
  '5024',
  '5028',
  '5035',
  '7003',
  '8001',
  '8005',
  '8006',
  '8007',
  '10000',
]

type RetryAfter = 'seconds' | 'date' | 'milliseconds' | 'past' | 'garbage' | 'long'

export const statusFaults: Misbehaviours<StatusName> = {
  '400': refused(400, { code: 8001 }),
  '401': refused(401, { code: 10_000 }),
  '403': refused(403, { code: 3023 }),
  '404': refused(404, { code: 3042 }),
  '405': refused(405, { code: 5019 }),
  '413': refused(413, { code: 3006 }),
  '422': refused(422, { code: 8001 }),
  '429': {
    what: 'too many requests, `Retry-After` in any of the forms below, or none',
    answer: (struck) =>
      tooMany(oneOf(struck.random, ['seconds', 'date', 'garbage', undefined] as const), struck),
  },
  '429-seconds': waiting('`Retry-After: 1`', 'seconds'),
  '429-date': waiting('`Retry-After` is a date, 2 seconds from now', 'date'),
  '429-milliseconds': waiting('`retry-after-ms: 1500`', 'milliseconds'),
  '429-past': waiting('`Retry-After` is a date of yesterday', 'past'),
  '429-garbage': waiting('`Retry-After: soon`', 'garbage'),
  '429-long': waiting('`Retry-After: 3600`', 'long'),
  '500': refused(500, { code: 8005 }),
  '502': page(502, 'Bad gateway'),
  '503': page(503, 'Service unavailable'),
  '504': page(504, 'Gateway time-out'),
  '520': page(520, 'Web server is returning an unknown error'),
  '521': page(521, 'Web server is down'),
  '522': page(522, 'Connection timed out'),
  '523': page(523, 'Origin is unreachable'),
  '524': page(524, 'A timeout occurred'),
}

export const codeFaults: Misbehaviours<CodeName> = {
  '1031': {
    what: '403 and the plain text `error code: 1031`',
    answer: () => toBody(403, 'text/plain; charset=UTF-8', 'error code: 1031'),
  },
  ...(Object.fromEntries(
    CODES.map((name) => [name, ofCode(Number(name))]),
    // Made of every name of the union but the one above.
  ) as Misbehaviours<Exclude<CodeName, '1031'>>),
}

function refused(status: number, error: ErrorReply['error']): Misbehaviour {
  return {
    what: `status ${status}, with the code ${error.code}`,
    answer: () => ({ type: 'error', error: toServiceError({ ...error, status }) }),
  }
}

function ofCode(code: number): Misbehaviour {
  const error = toServiceError({ code })
  const { status, description } = error
  return {
    what: `code ${code} (${status}): ${description.replace(/\.$/, '')}`,
    answer: () => ({ type: 'error', error }),
  }
}

function page(status: number, title: string): Misbehaviour {
  const html = `<!DOCTYPE html><html><head><title>${status}: ${title}</title></head><body><h1>${title}</h1></body></html>\n`
  return {
    what: `${status} and a page for people: ${title}`,
    answer: () => toBody(status, 'text/html; charset=UTF-8', html),
  }
}

function waiting(what: string, form: RetryAfter): Misbehaviour {
  return { what: `too many requests, ${what}`, answer: (struck) => tooMany(form, struck) }
}

function tooMany(form: RetryAfter | undefined, { now }: Struck): InferenceOutcome {
  const error = toServiceError({ code: 2003 })
  return { type: 'error', error, headers: form === undefined ? {} : toHeaders(form, now) }
}

function toHeaders(form: RetryAfter, now: number): Readonly<Record<string, string>> {
  switch (form) {
    case 'seconds':
      return { 'retry-after': '1' }
    case 'date':
      return { 'retry-after': new Date(now + 2000).toUTCString() }
    case 'milliseconds':
      return { 'retry-after-ms': '1500' }
    case 'past':
      return { 'retry-after': new Date(now - 86_400_000).toUTCString() }
    case 'garbage':
      return { 'retry-after': 'soon' }
    case 'long':
      return { 'retry-after': '3600' }
  }
}
