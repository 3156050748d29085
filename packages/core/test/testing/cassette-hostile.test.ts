import { DroverError } from '@drover/core'
import { recordingBackend, replayBackend, scriptedBackend } from '@drover/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const request = { model: 'm', inputs: {}, body: () => '{"messages":[]}' }

const answer = { status: 200, headers: {}, body: { text: '' } }
const exchange = (change: object = {}): object => ({
  request: { model: 'm', inputs: { messages: [] } },
  answer,
  ...change,
})
const cassette = (exchanges: readonly unknown[], more: object = {}): object => ({
  version: 1,
  backend: 'b',
  exchanges,
  runs: [],
  ...more,
})
const withBody = (body: unknown): object => cassette([exchange({ answer: { ...answer, body } })])
const withSame = (...same: readonly object[]): object =>
  cassette(
    same.map((repeated) =>
      exchange({ request: { model: 'm', same: repeated, inputs: { messages: [1] } } }),
    ),
  )

test.for<[what: string, given: unknown, message: string]>([
  ['half a file', '{"version":1,"exch', 'Expected the cassette to be JSON'],
  ['a merge conflict', '<<<<<<< HEAD\n{}', 'Expected the cassette to be JSON'],
  ['nothing', undefined, '`version` of the cassette to be 1, got nothing'],
  ['a list', '[]', '`version` of the cassette'],
  ['another version', cassette([], { version: 2 }), 'to be 1, got 2. Record it again'],
  ['no exchanges', cassette([], { exchanges: null }), '`exchanges` of the cassette to be a list'],
  ['a field too many', cassette([], { extra: 1 }), '`extra` of the cassette to be absent'],
  ['no request', cassette([exchange({ request: null })]), '`exchanges[0].request`'],
  [
    'inputs that are a list',
    cassette([exchange({ request: { model: 'm', inputs: [] } })]),
    '.inputs`',
  ],
  ['no answer', cassette([exchange({ answer: 'gone' })]), 'one of "left", failure, status'],
  [
    'an impossible status',
    cassette([exchange({ answer: { ...answer, status: 99 } })]),
    '200 to 599',
  ],
  [
    'a smuggled header',
    cassette([
      exchange({ answer: { ...answer, headers: { 'retry-after': '1\r\nset-cookie: a' } } }),
    ]),
    'a text that a header can carry',
  ],
  [
    'another header',
    cassette([exchange({ answer: { ...answer, headers: { 'set-cookie': 'a' } } })]),
    '`exchanges[0].answer.headers.set-cookie`',
  ],
  ['no body', withBody('x'), 'one of json, text, chunks'],
  ['a chunk of nothing', withBody({ chunks: [{}], ending: 'end' }), 'chunks[0]` of the cassette'],
  ['broken base64', withBody({ chunks: [{ base64: '*' }], ending: 'end' }), 'to be base64'],
  ['half a base64', withBody({ chunks: [{ base64: 'QUI' }], ending: 'end' }), 'to be base64'],
  ['another ending', withBody({ chunks: [], ending: 'never' }), 'one of "end", "left", failure'],
  [
    'an endless wait',
    cassette([exchange({ answer: { ...answer, waitsMs: [1e12] } })]),
    'from 0 to 2147483647',
  ],
  ['messages of no request before', withSame({ messages: 1 }), 'got 1 messages'],
  ['inputs of no request before', withSame({ inputs: ['tools'] }), 'got another input'],
  ['inputs of a prototype', withSame({ inputs: ['constructor'] }), 'got another input'],
  ['runs that are texts', cassette([], { runs: [['x']] }), '`runs[0][0]`'],
])('%s is refused, with its place', ([, given, message]) => {
  expect(() => replayBackend(given)).toThrow(message)
  expect(() => replayBackend(given)).toThrow(DroverError)
})

test.for<[what: string, given: () => unknown]>([
  ['a prototype', () => '{"version":1,"__proto__":{}}'],
  ['depth', () => `{"version":1,"runs":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  [
    'requests that multiply each other',
    () => withSame({}, ...Array.from({ length: 2000 }, (_, index) => ({ messages: index + 1 }))),
  ],
])('%s is refused as a danger', ([, given]) => {
  expect(() => replayBackend(given())).toThrow(expect.objectContaining({ code: 'security.limit' }))
})

test('a cassette that anybody has edited gives an answer, or an error that is ours', async () => {
  const backend = recordingBackend(scriptedBackend(['Hi.', { wire: 'no', status: 500 }]))
  await backend.send(request, {})
  await (await backend.send(request, {})).text()
  const good = backend.text()
  const edit = fc.record({
    at: fc.nat(good.length),
    cut: fc.nat(12),
    put: fc.string({ maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(edit, async ({ at, cut, put }) => {
      const read = async (): Promise<string> => {
        const replay = replayBackend(good.slice(0, at) + put + good.slice(at + cut))
        const leaving = new AbortController()
        // What was left when it was recorded would stay open.
        setImmediate(() => leaving.abort())
        return (await replay.send(request, { signal: leaving.signal })).text()
      }
      const outcome: unknown = await read().catch((error: unknown) => error)
      const isLeft = outcome instanceof DOMException && outcome.name === 'AbortError'
      const isFine = typeof outcome === 'string' || DroverError.is(outcome) || isLeft
      expect(isFine, String(outcome)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
