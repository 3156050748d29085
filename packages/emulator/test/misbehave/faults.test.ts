import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { MisbehaviourName } from '../../src/index.ts'
import { misbehaviours } from '../../src/index.ts'

/** Names that show a fault of a model, of HTTP or of a stream; where there can be none, why. */
const faults: Readonly<Record<string, readonly MisbehaviourName[] | string>> = {
  'A1 cut inside or after calls': ['truncate', 'truncate-hidden', 'finish-length'],
  'A2 all tokens used, but said to be whole': ['limit-spent'],
  'A3 arguments are broken JSON': ['arguments-broken'],
  'A4 arguments the schema rejects': [
    'arguments-invalid',
    'argument-missing',
    'argument-extra',
    'optionals-empty',
    'placeholders',
    'nested-call',
    'invented-values',
    'control-tokens',
    'numbers-as-text',
    'booleans-as-text',
    'json-as-text',
  ],
  'A5 arguments as object, as text, twice encoded': [
    'arguments-as-object',
    'arguments-as-text',
    'arguments-twice-encoded',
  ],
  'A6 no arguments': ['arguments-empty', 'arguments-null', 'arguments-absent'],
  'A7 a tool nobody knows, by another spelling': [
    'unknown-tool',
    'channel-as-tool',
    'tool-near-miss',
    'tool-case',
    'tool-prefix',
    'tool-spaces',
  ],
  'A8 a tool named as a prototype has it': ['prototype-tool'],
  'A9 ids that repeat': ['same-id', 'repeated-ids'],
  'A10 no id': ['no-id'],
  'A11 calls of a stream that are hard to tell apart': [
    'no-index',
    'reused-index',
    'index-gaps',
    'interleaved',
    'arguments-first',
  ],
  'A12 a call written as text': [
    'leak',
    ...misbehaviours.map(({ name }) => name).filter((name) => name.startsWith('leak-')),
  ],
  'A13 500 calls': ['many-calls'],
  'A14 the same call again and again': ['loop', 'runaway'],
  'A15 an empty reply': ['empty', 'empty-object', 'null-response', 'thinking-spent', 'null-body'],
  'A16 a reply that is no text': ['response-number', 'response-object', 'response-array'],
  'A17 text, calls and thoughts together': ['thoughts', 'null-calls', 'no-calls-key'],
  'A18 odd reasons to end': [
    'finish-unknown',
    'finish-content-filter',
    'finish-error',
    'finish-stop',
    'finish-tool-calls',
    '3030',
    '8007',
  ],
  'A19 usage that cannot be': [
    'no-usage',
    'usage-negative',
    'usage-nan',
    'usage-text',
    'usage-huge',
  ],
  'A20 odd characters': ['odd-characters'],
  'A21 words where a call is forced': ['prose', 'refusal'],
  'A22 refused because of the request’s form': ['8001', '8006'],
  'B1 Retry-After in its forms': [
    '429',
    '429-seconds',
    '429-date',
    '429-milliseconds',
    '429-past',
    '429-garbage',
  ],
  'B2 Retry-After beyond the time left': ['429-long'],
  'B3 the quota of the day': ['3036', '4006'],
  'B4 no capacity': ['3040'],
  'B5 timeouts of the service': ['3007', '3008', '3046'],
  'B6 the service fails, with or without a page': [
    '500',
    '502',
    '503',
    '504',
    '520',
    '521',
    '522',
    '523',
    '524',
    '8005',
  ],
  'B7 refused for good': [
    '400',
    '401',
    '403',
    '404',
    '405',
    '413',
    '422',
    '1031',
    '3003',
    '3006',
    '3010',
    '3023',
    '3039',
    '3041',
    '3042',
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
    '10000',
  ],
  'B8 200, but no success': ['success-false'],
  'B9 200 with a page, nothing, half': ['html', 'empty-body', 'half-json'],
  'B10 JSON for a stream': ['json-for-stream'],
  'B11 a stream for JSON, a charset': ['stream-for-json', 'charset'],
  'B12 the network fails': ['reset', 'cut-body'],
  'B13 slow or silent': ['silence', 'slow-body'],
  'B14 a body of 2 GB': ['huge-body'],
  'B15 redirect': ['redirect'],
  'B16 abort at each moment': 'The client aborts; `silence` and `slow-body` give it the moment.',
  'B17 a timeout after the work was done': ['lost-answer'],
  'B18 outage': ['503', '3040'],
  'B19 the clock jumps': 'It is the client’s clock.',
  'B20 two binding calls at once': 'The `Ai` class mixes them up, not the service.',
  'B21 lastRequestId': 'A field of the `Ai` class.',
  'B22 an answer reaches another run': 'What would mix them up is in the client.',
  'B23 a token with a newline': 'No such request can leave a client.',
  'B24 a fallback model that lacks something': 'The client chooses the model.',
  'C1 cut at every byte': ['split-bytes', 'joined-frames'],
  'C2 line ends': ['crlf', 'cr', 'byte-order-mark'],
  'C3 fields of the format': [
    'data-lines',
    'event-fields',
    'comments',
    'no-space',
    'bare-done',
    'frames-without-text',
    'numbers-in-frames',
  ],
  'C4 broken JSON': ['stream-malformed'],
  'C5 an error in the stream': ['stream-error'],
  'C6 an end that is none': ['stream-ended-early'],
  'C7 more after [DONE]': ['after-done'],
  'C8 silence': ['stream-silent'],
  'C9 reset in the body': ['stream-cut'],
  'C10 a line of 50 MB': ['long-line'],
  'C11 a slow reader': 'The client reads; the emulator writes no faster.',
  'C12 a reader that stops': 'The client stops; `abandoned` tells of it.',
  'C13 a stream never read': 'The client does not read.',
  'C14 a reader that throws': 'It throws in the client.',
  'C15 a retry after text was shown': ['stream-cut', 'stream-error'],
  'C16 usage more than once': ['usage-everywhere'],
  'C17 the browser goes away': 'It leaves the app, not the service.',
  'C18 a client that comes back': 'It comes back to the app.',
  'C19 stop while it resumes': 'It is stopped in the app.',
  'C20 no usage at the end': ['no-usage'],
}

test('every fault of replies, HTTP and streams has a name, or a reason to have none', () => {
  const ids = Object.keys(faults).map((fault) => fault.split(' ')[0])
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
  expect(ids).toEqual([...numbered('A', 22), ...numbered('B', 24), ...numbered('C', 20)])
})

test('every name shows a fault, and every fault that is named has a name that exists', () => {
  const shown = new Set(
    Object.values(faults).flatMap((names) => (Array.isArray(names) ? names : [])),
  )
  expect(shown).toEqual(new Set(misbehaviours.map(({ name }) => name)))
})

test('the README lists every name', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const missing = misbehaviours.filter(({ name }) => !readme.includes(`\`${name}\``))
  expect(missing).toEqual([])
})
