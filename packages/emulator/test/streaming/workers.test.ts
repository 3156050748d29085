import { Miniflare, type RemoteProxyConnectionString } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator, ModelReply } from '../../src/index.ts'
import { script, startEmulator, streamVariants, toEventStream } from '../../src/index.ts'
import { MODEL } from '../client.ts'
import { CALLS, framesOf, TEXT } from './streamed.ts'

const worker = `export default {
  async fetch(request, env) {
    const { gateway, leave, raw } = await request.json()
    const inputs = { prompt: 'hello', stream: true }
    const options = { ...(gateway && { gateway: { id: 'mine' } }), ...(raw && { returnRawResponse: true }) }
    const answer = await env.AI.run('${MODEL}', inputs, options)
    const stream = raw ? answer.body : answer
    if (!(stream instanceof ReadableStream)) return Response.json({ answer })
    const reader = stream.getReader()
    const decoder = new TextDecoder()
    let text = ''
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        text += decoder.decode(value, { stream: true })
        if (leave) {
          await reader.cancel()
          break
        }
      }
      return Response.json({ text, type: raw && answer.headers.get('content-type') })
    } catch (error) {
      return Response.json({ text, error: error.message })
    }
  }
}`

/** What the Worker saw. */
interface Seen {
  readonly text?: string
  readonly type?: string
  readonly error?: string
  readonly answer?: unknown
}

let reply: ModelReply
let emulator: Emulator
let miniflare: Miniflare

beforeAll(async () => {
  emulator = await startEmulator({ model: script(() => reply) })
  miniflare = new Miniflare({
    cf: false,
    verbose: false,
    workers: [
      {
        config: {
          name: 'app',
          compatibilityDate: '2026-08-01',
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents: worker } },
          },
          env: { AI: { type: 'ai', dev: { remote: true } } },
        },
        // A branded type that only wrangler can make; a plain URL is what it is at run time.
        dev: { remoteProxyConnectionString: new URL(emulator.url) as RemoteProxyConnectionString },
      },
    ],
  })
})

afterAll(async () => {
  await miniflare.dispose()
  await emulator.close()
})

async function run(answer: ModelReply, options: object = {}): Promise<Seen> {
  reply = answer
  const body = JSON.stringify(options)
  const response = await miniflare.dispatchFetch('http://app/', { method: 'POST', body })
  return (await response.json()) as Seen // what the Worker above makes
}

test.each(streamVariants.filter((variant) => variant !== 'json'))(
  'the real `Ai` class hands `%s` through byte by byte',
  async (variant) => {
    const spoken = { text: TEXT, toolCalls: CALLS }
    const streaming = { variant, seed: 4, lineEnds: 'crlf', chunks: 'random' } as const
    const { text } = await run({ ...spoken, streaming })
    const { chunks } = toEventStream(spoken, { ...streaming, inputTokens: 2 })
    expect(text).toBe(Buffer.concat(chunks).toString())
  },
)

test('the real `Ai` class gives an object where the answer is JSON', async () => {
  const { answer } = await run({ text: TEXT, streaming: { variant: 'json' } })
  expect(answer).toMatchObject({ response: TEXT })
})

test('a stream through a gateway, as a raw response, has its content type', async () => {
  const { type, text } = await run({ text: 'Hi' }, { gateway: true, raw: true })
  expect(type).toBe('text/event-stream')
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
  expect(emulator.requests.at(-1)?.path).toBe('/ai-gateway/run?version=3')
})

test('a cut stream is a read error in workerd', async () => {
  const fault = { type: 'cut', afterFrames: 2 } as const
  const { text, error } = await run({ text: TEXT, streaming: { variant: 'native', fault } })
  expect(error).toContain('Network connection lost')
  expect(framesOf(text ?? '')).toHaveLength(2)
})

test('a Worker that leaves a silent stream closes the connection', async () => {
  await run({ text: TEXT, streaming: { fault: { type: 'silent' } } }, { leave: true })
  await expect.poll(() => emulator.requests.at(-1)?.abandoned).toBe(true)
})
