import { binding, type AiBinding, type BindingOptions } from '@drover/binding'
import { createAgent, generate } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { standIn } from './stand-in.ts'
import { thrownBy } from './thrown.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const request = { model, inputs: { prompt: 'Hi' }, body: () => '' }
const answering = (): ReturnType<typeof standIn> =>
  standIn(() => Response.json({ response: 'Hello, World!' }))

test("a request is that of the model page's Worker sample, asking for the raw answer", async () => {
  const ai = answering()
  const messages = [
    { role: 'system' as const, content: 'You are a friendly assistant' },
    { role: 'user' as const, content: 'What is the origin of the phrase Hello, World' },
  ]
  const { text } = await generate({ backend: binding(ai), model, messages, maxTokens: 256 })
  expect(text).toBe('Hello, World!')
  expect(ai.calls).toMatchObject([{ model, inputs: { messages, max_tokens: 256 } }])
  const [call] = ai.calls
  expect(Object.keys(call?.options ?? {}).toSorted()).toEqual(['returnRawResponse', 'signal'])
  expect(call?.options.returnRawResponse).toBe(true)
})

test('it is called as a method: the class of Workers has private fields', async () => {
  class Private {
    #answer = Response.json({ response: 'Hi' })
    run = function run(this: Private): Promise<Response> {
      return Promise.resolve(this.#answer)
    }
  }
  const answer = await binding(new Private()).send(request, {})
  expect(await answer.json()).toEqual({ response: 'Hi' })
})

test('what it keeps for itself about its latest call is never read', async () => {
  const refuse = (): never => {
    throw new Error('Expected nobody to look: it may be of another call.')
  }
  const ai: AiBinding = Object.defineProperties(
    { run: async () => Response.json({ response: 'Hi' }) },
    {
      lastRequestId: { get: refuse },
      lastRequestHttpStatusCode: { get: refuse },
      lastRequestInternalStatusCode: { get: refuse },
      aiGatewayLogId: { get: refuse },
    },
  )
  expect((await createAgent({ backend: binding(ai), model }).run('Hi')).text).toBe('Hi')
})

test('every request carries the gateway, the headers and the session it was made with', async () => {
  const ai = answering()
  const gateway = { id: 'my-gateway', skipCache: true, retries: { maxAttempts: 2 as const } }
  const backend = binding(ai, {
    gateway,
    extraHeaders: { 'x-trace': 'trace-1' },
    sessionAffinity: 'session-1',
  })
  await backend.send(request, {})
  await backend.send(request, {})
  for (const { options } of ai.calls) {
    expect(options).toEqual({
      returnRawResponse: true,
      gateway,
      extraHeaders: { 'x-trace': 'trace-1', 'x-session-affinity': 'session-1' },
    })
  }
  expect(ai.calls).toHaveLength(2)
})

test('the signal goes along, and its reason comes back at once where nobody listens to it', async () => {
  const reason = new Error('Enough.')
  const ai = standIn(() => new Promise(() => {}))
  const controller = new AbortController()
  const sending = binding(ai).send(request, { signal: controller.signal })
  controller.abort(reason)
  await expect(sending).rejects.toBe(reason)
  expect(ai.calls[0]?.options.signal).toBe(controller.signal)
})

test('nothing is asked once the signal has aborted', async () => {
  const reason = new Error('Enough.')
  const ai = answering()
  const sending = binding(ai).send(request, { signal: AbortSignal.abort(reason) })
  await expect(sending).rejects.toBe(reason)
  expect(ai.calls).toHaveLength(0)
})

test('an answer that comes after the abort is given back unread', async () => {
  let cancelled = false
  const body = new ReadableStream({
    cancel: () => {
      cancelled = true
    },
  })
  let answer = (_response: Response): void => {}
  const ai = standIn(() => new Promise<Response>((resolve) => (answer = resolve)))
  const controller = new AbortController()
  const sending = binding(ai).send(request, { signal: controller.signal })
  controller.abort(new Error('Enough.'))
  await expect(sending).rejects.toThrow('Enough.')
  answer(new Response(body))
  await expect.poll(() => cancelled).toBe(true)
})

test('a stand-in that throws at once is one that rejects', async () => {
  const ai: AiBinding = {
    run: () => {
      throw new Error('Not today.')
    },
  }
  await expect(binding(ai).send(request, {})).rejects.toThrow('Not today.')
})

describe('before any request it refuses, and says how to configure one,', () => {
  test.for<readonly [what: string, ai: unknown]>([
    ['no binding', undefined],
    ['null', null],
    ['the whole environment', { AI: answering() }],
    ['a text', 'AI'],
  ])('%s', ([, ai]) => {
    const error = thrownBy(() => binding(ai as AiBinding)) // wrong on purpose
    expect(error).toMatchObject({ code: 'config.invalid' })
    expect(String(error)).toContain('"ai": { "binding": "AI" }')
  })
})

test.for<readonly [what: string, options: BindingOptions]>([
  ['a gateway without an id', { gateway: { id: '' } }],
  ['a header value with a line end', { extraHeaders: { a: 'b\r\nc: d' } }],
  ['a header name that is none', { extraHeaders: { 'a b': 'c' } }],
  ['an empty session', { sessionAffinity: '' }],
])('before any request it refuses %s', ([, options]) => {
  expect(thrownBy(() => binding(answering(), options))).toMatchObject({ code: 'config.invalid' })
})

test('a model that is none is refused before any request', async () => {
  const ai = answering()
  const wrong = { ...request, model: 'a\r\nb: c' }
  await expect(binding(ai).send(wrong, {})).rejects.toMatchObject({ code: 'config.model' })
  expect(ai.calls).toHaveLength(0)
})
