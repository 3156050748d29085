import { expect, test } from 'vitest'
import type { StreamFault, StreamingOptions } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ask, CHAT_MODEL, framesOf, spoken, TEXT, type Asking } from './streamed.ts'

/** What a client sees of a stream: its text as far as it came, and whether its end was clean. */
interface Seen {
  readonly text: string
  readonly end: 'clean' | 'broken'
  readonly status: number
  readonly type: string | null
}

async function see(
  fault: StreamFault,
  streaming: StreamingOptions = {},
  asking: Asking = {},
): Promise<Seen> {
  const reply = { text: TEXT, streaming: { variant: 'native', fault, ...streaming } } as const
  await using emulator = await startEmulator({ model: script([reply]) })
  const response = await ask(emulator, asking)
  const seen = { status: response.status, type: response.headers.get('content-type') }
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true })
    return { ...seen, text, end: 'clean' }
  } catch {
    return { ...seen, text, end: 'broken' }
  }
}

async function wholeText(streaming: StreamingOptions = {}): Promise<string> {
  return (await see({ type: 'after-done' }, streaming)).text.replace(/data: [^\n]+\n\n$/, '')
}

test.each([0, 1, 4])('`cut` breaks the connection after %d frames', async (afterFrames) => {
  const { text, end, status } = await see({ type: 'cut', afterFrames })
  expect(status).toBe(200)
  expect(end).toBe('broken')
  expect(framesOf(text)).toHaveLength(afterFrames)
})

test.each([0, 1, 100])('`cut` breaks it after %d bytes', async (afterBytes) => {
  const { text, end } = await see({ type: 'cut', afterBytes }, { seed: 1 })
  expect(end).toBe('broken')
  expect(text).toBe(
    Buffer.from(await wholeText({ seed: 1 }))
      .subarray(0, afterBytes)
      .toString(),
  )
})

test('a `cut` after more bytes than there are breaks what looks whole', async () => {
  const { text, end } = await see({ type: 'cut', afterBytes: 1e6 })
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
  expect(end).toBe('broken')
})

test('`ended-early` is a clean end without [DONE]', async () => {
  const { text, end } = await see({ type: 'ended-early', afterFrames: 3 })
  expect(end).toBe('clean')
  expect(framesOf(text)).toHaveLength(3)
  expect(text).not.toContain('[DONE]')
  const late = await see({ type: 'ended-early', afterFrames: 1000 })
  expect(spoken(framesOf(late.text))).toBe(TEXT)
  expect(late.text).not.toContain('[DONE]')
})

test('`ended-early` has no finish reason where the dialect has one', async () => {
  const { text } = await see({ type: 'ended-early' }, { variant: 'chat' }, { model: CHAT_MODEL })
  expect(framesOf(text)).toMatchObject([{ choices: [{ finish_reason: null }] }])
})

test('`malformed` sends half of one frame, and the rest as if nothing were', async () => {
  const whole = (await wholeText({ seed: 1 })).split('\n\n')
  const damaged = (await see({ type: 'malformed', afterFrames: 2 }, { seed: 1 })).text.split('\n\n')
  expect(damaged.slice(0, 2)).toEqual(whole.slice(0, 2))
  expect(whole[2]).toContain(damaged[2])
  expect(() => framesOf(damaged[2] ?? '')).toThrow(SyntaxError)
  expect(damaged.slice(3)).toEqual(whole.slice(3))
})

const message = 'AiError: Capacity temporarily exceeded, please try again.'
test.each([
  { shape: 'errors', expected: { errors: [{ message, code: 3040 }], success: false } },
  { shape: 'error-object', expected: { error: { message, code: 3040 } } },
  {
    shape: 'error-text',
    expected: { error: 'AiError: 3040: Capacity temporarily exceeded, please try again.' },
  },
  { shape: 'internal-code', expected: { internalCode: 3040, name: 'AiError', message } },
] as const)(
  'an `error-event` of the shape `$shape` ends the stream',
  async ({ shape, expected }) => {
    const { text, end } = await see({ type: 'error-event', afterFrames: 2, shape })
    expect(end).toBe('clean')
    expect(text).not.toContain('[DONE]')
    expect(framesOf(text)).toHaveLength(3)
    expect(framesOf(text).at(-1)).toMatchObject(expected)
  },
)

test('an `error-event` of the shape `named-event` says it in the event, not in the data', async () => {
  const fault = { type: 'error-event', shape: 'named-event', code: 3046 } as const
  const { text } = await see({ ...fault, message: 'Too slow', followedByDone: true })
  expect(text.split('\n\n').slice(1)).toEqual([
    'event: error\ndata: {"code":3046,"message":"AiError: Too slow"}',
    'data: [DONE]',
    '',
  ])
})

test('`after-done` has a frame of text after the end', async () => {
  const { text } = await see({ type: 'after-done' })
  expect(text).toMatch(/data: \[DONE\]\n\ndata: \{"response":"too late"\}\n\n$/)
})

test('`html` is a page with status 200 in place of a stream', async () => {
  const { text, status, type } = await see({ type: 'html' })
  expect({ status, type }).toEqual({ status: 200, type: 'text/html' })
  expect(text).toMatch(/^<!DOCTYPE html>/)
})

test('JSON in place of a stream can be cut, and can be half', async () => {
  const json = { variant: 'json' } as const
  const cut = await see({ type: 'cut', afterBytes: 9 }, json)
  expect(cut).toMatchObject({ text: '{"result"', end: 'broken', type: 'application/json' })
  const half = await see({ type: 'malformed', afterFrames: 0 }, json)
  expect(half).toMatchObject({ text: expect.stringMatching(/^\{"result"/), end: 'clean' })
  expect(() => framesOf(half.text)).toThrow(SyntaxError)
})

test('`silent` keeps the connection open until the client leaves', async () => {
  const fault = { type: 'silent', afterFrames: 2 } as const
  const model = script([{ text: TEXT, streaming: { variant: 'native', fault } }])
  await using emulator = await startEmulator({ model })
  const { body } = await ask(emulator)
  const reader = body?.getReader()
  let text = ''
  while (framesOf(text).length < 2) text += new TextDecoder().decode((await reader?.read())?.value)
  const more = reader?.read()
  // One more answer of the same server shows that the silence is no delay.
  expect((await fetch(emulator.url)).status).toBe(200)
  expect(await Promise.race([more, Promise.resolve('silence')])).toBe('silence')
  await reader?.cancel()
  expect((await more)?.done).toBe(true)
  await expect.poll(() => emulator.requests[0]?.abandoned).toBe(true)
})

test('`silent` ends when the emulator closes', async () => {
  const fault = { type: 'silent', afterFrames: 0 } as const
  const emulator = await startEmulator({
    model: script([{ text: TEXT }]),
    streaming: { fault },
  })
  const response = await ask(emulator)
  const [read] = await Promise.allSettled([response.text(), emulator.close()])
  expect(read.status).toBe('rejected')
})
