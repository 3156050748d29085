import { Miniflare } from 'miniflare'
import type { RemoteProxyConnectionString } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { MODEL } from './client.ts'

const worker = `export default {
  async fetch(request, env) {
    const { inputs, options } = await request.json()
    try {
      const answer = await env.AI.run('${MODEL}', inputs, options)
      if (answer instanceof ReadableStream) return new Response(answer)
      return Response.json({ class: env.AI.constructor.name, answer, id: env.AI.lastRequestId })
    } catch (error) {
      return Response.json({ name: error.name, message: error.message })
    }
  }
}`

let emulator: Emulator
let miniflare: Miniflare

beforeAll(async () => {
  const model = script(({ inputs }) =>
    inputs['prompt'] === 'busy' ? { error: { code: 3040 } } : { text: 'Paris.' },
  )
  emulator = await startEmulator({ model })
  // A branded type that only wrangler can make; a plain URL is what it is at run time.
  const connection = new URL(emulator.url) as RemoteProxyConnectionString
  miniflare = new Miniflare({
    cf: false,
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
        dev: { remoteProxyConnectionString: connection },
      },
    ],
  })
})

afterAll(async () => {
  await miniflare.dispose()
  await emulator.close()
})

async function run(inputs: object, options: object = {}): Promise<Response> {
  const body = JSON.stringify({ inputs, options })
  const response = await miniflare.dispatchFetch('http://app/', { method: 'POST', body })
  return new Response(await response.text())
}

test('the real `Ai` class in workerd reads its answers', async () => {
  expect(await (await run({ prompt: 'capital?' })).json()).toMatchObject({
    class: 'Ai',
    answer: { response: 'Paris.', tool_calls: [] },
    id: expect.stringMatching(/\S/),
  })
})

test('the real `Ai` class throws its errors with their name and code', async () => {
  expect(await (await run({ prompt: 'busy' })).json()).toEqual({
    name: 'AiError',
    message: '3040: Capacity temporarily exceeded, please try again.',
  })
  expect(await (await run({ prompt: '' })).json()).toMatchObject({
    name: 'AiError',
    message: expect.stringContaining("5006: Error: oneOf at '/' not met, 0 matches: Length of"),
  })
})

test('the real `Ai` class hands its event stream through', async () => {
  const text = await (await run({ prompt: 'capital?', stream: true })).text()
  expect(text).toMatch(/^data: \{"response":"Paris\.","p":/)
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
})

test('what the class sent is seen without the framing', async () => {
  await run({ prompt: 'last' }, { gateway: { id: 'mine' } })
  expect(emulator.requests.at(-1)).toMatchObject({
    front: 'binding',
    model: MODEL,
    path: '/ai-gateway/run?version=3',
    inputs: { prompt: 'last' },
    options: { gateway: { id: 'mine' } },
    headers: { 'content-type': 'application/json', 'cf-consn-sdk-version': '2.0.0' },
    status: 200,
  })
})
