import { expect, test } from 'vitest'
import {
  createStreamReader,
  FailedStream,
  type StreamReader,
} from '../../src/wire/stream-reader.ts'
import { DONE, toBytes } from './streams.ts'

interface Started {
  readonly reader: StreamReader
  readonly text: () => string
}

function start(headers?: Headers): Started {
  let text = ''
  const reader = createStreamReader({
    context: { model: 'a model', now: 0, redact: (said) => said.replaceAll('s3cret', '***') },
    onDelta: (delta) => {
      if (delta.type === 'text-delta') text += delta.text
    },
    ...(headers && { headers }),
  })
  return { reader, text: () => text }
}

function failureOf(read: () => unknown): FailedStream['failure'] {
  try {
    read()
  } catch (error) {
    if (error instanceof FailedStream) return error.failure
    throw error
  }
  throw new Error('Expected it to fail.')
}

const hello = { response: 'Hello' }

test('text is told as soon as its event is whole, and not before', () => {
  const { reader, text } = start()
  const bytes = toBytes([hello])
  reader.push(bytes.slice(0, -1))
  expect(text()).toBe('')
  reader.push(bytes.slice(-1))
  expect(text()).toBe('Hello')
})

test('fault C2: a line that ends with CR is whole at once, also at the end of a chunk', () => {
  const { reader, text } = start()
  reader.push(toBytes(['data: {"response":"Hello"}\r\r']))
  expect(text()).toBe('Hello')
  reader.push(toBytes(['\n\n', 'data: {"response":"!"}\r', '\n', '\r']))
  reader.push(toBytes(['\n', 'data: [DONE]\r\n']))
  expect(reader.end()).toMatchObject({ reply: { text: 'Hello!' } })
})

test('fault C2: CR and LF that are cut apart are one line end', () => {
  const { reader, text } = start()
  reader.push(toBytes(['data: {"response":\r']))
  reader.push(toBytes(['\ndata: "Hello"}\r\n\r']))
  expect(text()).toBe('Hello')
  reader.push(toBytes(['\ndata: [DONE]\r\n\r\n']))
  expect(reader.end()).toMatchObject({ reply: { text: 'Hello' } })
})

test('fault C2: a byte order mark is skipped at the start of the body, and nowhere else', () => {
  const { reader, text } = start()
  for (const word of ['a', 'b', 'c'])
    reader.push(toBytes([`\uFEFFdata: {"response":"${word}"}\n\n`]))
  expect(text()).toBe('a')
})

test('a finish reason makes the reply whole, `[DONE]` ends it', () => {
  const { reader } = start()
  reader.push(toBytes([hello]))
  expect([reader.isWhole, reader.isDone]).toEqual([false, false])
  reader.push(toBytes([{ finish_reason: 'stop' }]))
  expect([reader.isWhole, reader.isDone]).toEqual([true, false])
  reader.push(toBytes([{ usage: { prompt_tokens: 1, completion_tokens: 2 } }, DONE]))
  expect([reader.isWhole, reader.isDone]).toEqual([true, true])
  reader.push(toBytes(['data: {broken\n\n', hello]))
  expect(reader.end()).toMatchObject({ reply: { text: 'Hello', usage: { totalTokens: 3 } } })
})

test('fault C10: an event that comes byte by byte is read in linear time, and up to 8 MiB', () => {
  const { reader, text } = start()
  const long = 'x'.repeat(4 * 1024 * 1024)
  for (const byte of toBytes([{ response: long }])) reader.push(Uint8Array.of(byte))
  expect(text()).toBe(long)
  const byte = Uint8Array.of(0x78)
  reader.push(toBytes(['data: ']))
  let count = 0
  const { error, retries } = failureOf(() => {
    for (; count < 9 * 1024 * 1024; count++) reader.push(byte)
  })
  expect(error.code).toBe('security.limit')
  expect(retries).toBe(0)
  expect(count).toBe(8 * 1024 * 1024 - 'data: '.length)
})

test('the arguments of a call that come character by character are put together in linear time', () => {
  const { reader } = start()
  const piece = (index: number, text: string): object => ({
    tool_calls: [{ index, function: { arguments: text, name: text === '{' ? 'f' : null } }],
  })
  reader.push(toBytes([piece(0, '{')]))
  const pieces = toBytes([piece(0, ' ')])
  for (let count = 0; count < 300_000; count++) reader.push(pieces)
  reader.push(toBytes([piece(0, '}'), DONE]))
  expect(reader.end()).toMatchObject({ reply: { refusedCalls: [{ toolName: 'f', input: {} }] } })
})

test('calls without end, in any order of their indexes, cost no more than their bytes', () => {
  const { reader } = start()
  const count = 100_000
  for (let index = count; index > 0; index--) {
    reader.push(toBytes([{ tool_calls: [{ index, name: 'f', arguments: {} }] }]))
  }
  reader.push(toBytes([DONE]))
  const end = reader.end()
  expect('reply' in end && end.reply.refusedCalls.length).toBe(count)
})

test.each([
  ['fault C4: malformed', ['data: {\n\n'], 'stream.malformed', 3],
  ['fault C6: cut', [hello], 'stream.cut', 3],
  ['ambiguous', [{ tool_calls: [{ arguments: '{}' }] }, DONE], 'stream.ambiguous', 1],
  ['fault C5: out of capacity', [{ error: { code: 3040 } }], 'http.capacity', 3],
  [
    'fault C5: the daily quota',
    [{ errors: [{ code: 4006, message: 'used up' }] }],
    'http.quota',
    0,
  ],
  ['fault C5: unknown', [{ error: 'Something' }], 'http.protocol', 1],
])('how often a stream is asked for again: %s', (_name, events, code, retries) => {
  const { reader } = start()
  const failure = failureOf(() => {
    reader.push(toBytes(events))
    reader.end()
  })
  expect(failure).toMatchObject({ error: { code, retryable: retries > 0 }, retries })
})

test('an error says which request it was, and no secret', () => {
  const { reader } = start(new Headers({ 'cf-ai-req-id': 'r-1' }))
  const { error } = failureOf(() => reader.push(toBytes([{ error: 'Refused s3cret' }])))
  expect(error.requestId).toBe('r-1')
  expect(error.message).toContain('Refused ***')
  const broken = failureOf(() => start().reader.push(toBytes(['data: {s3cret\n\n'])))
  expect(broken.error.message).toContain('{***')
})

test('a body that is no event stream is given as its text', () => {
  for (const text of ['{"response":"Hi"}', '<html>', 'error code: 1031', 'd', '']) {
    const { reader } = start()
    reader.push(toBytes([text]))
    expect(reader.end()).toEqual({ text })
  }
})
