import type { FaultKind } from './fault-kinds.ts'
import { START, type World } from './world.ts'

/** What the service answers in place of a reply. */
export interface FaultAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** The model may have begun, so that the request may be billed. */
  readonly mayBeBilled?: true
  /** How long the service asks not to be asked, as a client that obeys understands it. */
  readonly patienceMs?: number
}

/** Faults that are a whole answer; those that are none, or break one, are the connection's. */
export type AnswerFault = Exclude<
  FaultKind<'answer'>,
  | 'network-error'
  | 'send-hangs'
  | 'send-is-deaf'
  | 'late-answer'
  | 'cut-body'
  | 'silent-body'
  | 'trickling-body'
>

/** The token that must never be seen outside. */
export const CANARY = 'canary-3f9c1d'

export function toFaultAnswer(fault: AnswerFault, world: World): FaultAnswer {
  const { random, clock } = world
  switch (fault) {
    case 'http-500':
      return { ...error(random.pick([500, 503]), 0, 'Something broke'), mayBeBilled: true }
    case 'http-502-page':
      return { status: 502, body: `<html><body>${'Bad gateway. '.repeat(90)}</body></html>` }
    case 'http-520':
      return { status: random.pick([520, 522, 524, 529]), body: 'error code: 520' }
    case 'http-redirect':
      return { status: 302, headers: { location: 'https://elsewhere.example/' }, body: '' }
    case 'retry-after-seconds': {
      const seconds = random.pick([1, 2, 7, 30])
      return limited({ 'retry-after': String(seconds) }, seconds * 1000)
    }
    case 'retry-after-date': {
      // A date has whole seconds.
      const now = START + clock.now()
      const until = Math.floor(now / 1000) * 1000 + random.pick([3, 20]) * 1000
      return limited({ 'retry-after': new Date(until).toUTCString() }, until - now)
    }
    case 'retry-after-ms':
      return limited({ 'retry-after-ms': '1500', 'retry-after': '2' }, 1500)
    case 'retry-after-past':
      return limited({ 'retry-after': new Date(START - 60_000).toUTCString() }, 0)
    case 'retry-after-garbage':
      return limited({ 'retry-after': random.pick(['soon', '-5', 'NaN', '1e400', '']) }, 0)
    case 'retry-after-too-long':
      return limited({ 'retry-after': '7200' }, 7_200_000)
    case 'rate-limited':
      return error(429, 2003, 'Rate limited')
    case 'capacity':
      return error(429, 3040, 'Capacity temporarily exceeded, please try again.')
    case 'inference-timeout':
      return { ...error(408, 3046, 'Request timeout'), mayBeBilled: true }
    case 'upstream-timeout':
      return { ...error(408, 3007, 'Request timeout'), mayBeBilled: true }
    case 'runner-error':
      return { ...error(500, 8005, 'Internal Server Error'), mayBeBilled: true }
    case 'daily-quota':
      return error(429, random.pick([3036, 4006]), 'you have used up your daily free allocation')
    case 'bad-input':
      return error(400, random.pick([5006, 8001, 3003]), 'Bad input')
    case 'bad-token':
      return error(401, 10_000, 'Authentication error')
    case 'forbidden':
      return error(403, random.pick([5035, 3023, 5018]), 'Not for this account')
    case 'unknown-model':
      return error(400, 5007, 'No such model')
    case 'retired-model':
      return error(410, 5028, 'This model was deprecated on 2026-05-30')
    case 'refused-content':
      return error(400, random.pick([3030, 8007]), 'Flagged')
    case 'window-exceeded':
      return error(
        413,
        5021,
        'The estimated number of input and maximum output tokens (8810) exceeded this model context window limit (8192)',
      )
    case 'success-false':
      return error(200, random.pick([3040, 5006]), 'Not this time')
    case 'echoed-secret':
      return error(random.pick([400, 500]), 0, `Bad header: authorization Bearer ${CANARY}`)
    case 'page-as-200':
      return { status: 200, body: '<!doctype html><p>Welcome</p>', mayBeBilled: true }
    case 'empty-body':
      return { status: 200, body: '', mayBeBilled: true }
    case 'half-json':
      return { status: 200, body: '{"result":{"response":"half of', mayBeBilled: true }
    case 'null-body':
      return { status: 200, body: random.pick(['null', '{}', '[]', '7']), mayBeBilled: true }
  }
}

function error(status: number, code: number, message: string): FaultAnswer {
  const errors = [{ message: `AiError: ${message}`, code }]
  const body = JSON.stringify({ errors, success: false, result: {}, messages: [] })
  return { status, headers: { 'content-type': 'application/json' }, body }
}

const limited = (headers: Readonly<Record<string, string>>, patienceMs: number): FaultAnswer => ({
  ...error(429, 0, 'Too many requests'),
  headers,
  patienceMs,
})
