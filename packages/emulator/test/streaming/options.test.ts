import { DroverError, type JsonValue } from '@drover/core'
import { expect, test } from 'vitest'
import type { StreamingOptions } from '../../src/index.ts'
import { script, startEmulator, toEventStream } from '../../src/index.ts'
import { call, errorOf } from '../client.ts'
import { ask, CHAT_MODEL, TEXT } from './streamed.ts'

/** What the checks see when code without types calls. */
const untyped = (streaming: JsonValue): StreamingOptions => streaming as StreamingOptions

const wrong: readonly { readonly streaming: JsonValue; readonly message: string }[] = [
  {
    streaming: { variant: 'chat-interlaeved' },
    message: 'got "chat-interlaeved". Did you mean \'chat-interleaved\'?',
  },
  {
    streaming: { chunks: 'bytes' },
    message:
      "Expected `streaming.chunks` to be one of 'frame', 'frames', 'byte', 'random', 'whole', got \"bytes\". Did you mean 'byte'?",
  },
  {
    streaming: { lineEnds: '\r\n' },
    message: "`streaming.lineEnds` to be one of 'lf', 'crlf', 'cr', got",
  },
  {
    streaming: { quirks: 'comments' },
    message: '`streaming.quirks` to be a list, got "comments".',
  },
  { streaming: { quirks: ['comment'] }, message: "Did you mean 'comments'?" },
  { streaming: { quirks: [null] }, message: '`streaming.quirks` to be one of' },
  {
    streaming: { seed: 1.5 },
    message: '`streaming.seed` to be an integer from 0 to 4294967295, got 1.5.',
  },
  {
    streaming: { delayMs: -1 },
    message: '`streaming.delayMs` to be an integer from 0 to 2147483647',
  },
  {
    streaming: { varient: 'chat' },
    message: '`fault` only, got "varient". Did you mean \'variant\'?',
  },
  { streaming: [], message: '`streaming` to be an object, got a list.' },
  { streaming: { fault: {} }, message: '`streaming.fault.type` to be one of' },
  { streaming: { fault: 'cut' }, message: '`streaming.fault.type` to be one of' },
  { streaming: { fault: { type: 'cuts' } }, message: 'got "cuts". Did you mean \'cut\'?' },
  {
    streaming: { fault: { type: 'html', afterFrames: 1 } },
    message: '`streaming.fault` to have `type` only, got "afterFrames".',
  },
  {
    streaming: { fault: { type: 'silent', afterFrames: -1 } },
    message: '`streaming.fault.afterFrames` to be an integer from 0',
  },
  {
    streaming: { fault: { type: 'cut', afterFrames: 1, afterBytes: 1 } },
    message: '`afterFrames` or `afterBytes`, got both',
  },
  {
    streaming: { fault: { type: 'error-event', shape: 'error' } },
    message: "`streaming.fault.shape` to be one of 'errors', 'error-object'",
  },
  {
    streaming: { fault: { type: 'error-event', code: '3040' } },
    message: '`streaming.fault.code` to be an integer',
  },
  {
    streaming: { fault: { type: 'error-event', message: 1 } },
    message: '`streaming.fault.message` to be a string, got 1.',
  },
  {
    streaming: { fault: { type: 'error-event', followedByDone: 1 } },
    message: '`streaming.fault.followedByDone` to be a boolean, got 1.',
  },
]

test.each(wrong)('$streaming is refused with what it may be', async ({ streaming, message }) => {
  const options = untyped(streaming)
  const expected = { code: 'config.invalid', message: expect.stringContaining(message) }
  await expect(startEmulator({ streaming: options })).rejects.toMatchObject(expected)
  expect(() => script([{ text: 'Hi', streaming: options }])).toThrow(
    expect.objectContaining(expected),
  )
  if (Array.isArray(streaming)) return
  expect(() => toEventStream({ text: 'Hi' }, options)).toThrow(DroverError)
})

test('wrong options on a reply of a function are an error of the model source', async () => {
  const model = script(() => ({ text: TEXT, streaming: untyped({ variant: 'chatt' }) }))
  await using emulator = await startEmulator({ model })
  const response = await ask(emulator, { front: 'binding' })
  expect(response.status).toBe(500)
  expect(await response.text()).toContain("Did you mean 'chat'?")
})

test.each(['rest', 'binding'] as const)(
  'JSON mode with a stream is refused over %s, and uses no reply up',
  async (front) => {
    const model = script([])
    await using emulator = await startEmulator({ model })
    for (const type of ['json_schema', 'json_object']) {
      const inputs = { prompt: 'hello', stream: true, response_format: { type } }
      for (const id of [undefined, CHAT_MODEL]) {
        const answer = await call(emulator, front, inputs, id === undefined ? {} : { model: id })
        expect(errorOf(front, answer)).toEqual({
          status: 400,
          code: 5023,
          message: 'AiError: JSON Schema mode is not supported with stream mode.',
        })
      }
    }
    model.assertComplete()
  },
)

test('JSON mode without a stream is answered', async () => {
  await using emulator = await startEmulator({ model: script([{ text: '{}' }]) })
  const inputs = { prompt: 'hello', response_format: { type: 'json_object' } }
  expect((await call(emulator, 'rest', inputs)).status).toBe(200)
})
