import { createAgent, generate, type AgentOptions, type Backend } from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { expect, test } from 'vitest'
import { streamed } from './streamed.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const never = (): Promise<string> => new Promise(() => {})

const start = (script: readonly ScriptEntry[], options: Partial<AgentOptions> = {}) => {
  const runtime = fakeRuntime()
  const backend = scriptedBackend(script)
  const run = createAgent({ backend, model, runtime, ...options }).stream('Hi')
  return { run, runtime, backend }
}

/** A stream whose pieces come when the test says so. */
const byHand = () => {
  const encoder = new TextEncoder()
  let cancelled = false
  let say = (_data: string): void => {}
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      say = (data) => controller.enqueue(encoder.encode(`data: ${data}\n\n`))
    },
    cancel: () => {
      cancelled = true
    },
  })
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  return { response, say: (data: string) => say(data), isCancelled: () => cancelled }
}

test('fault B13: a request without a byte of its stream for 60 s is given up and sent again', async () => {
  const { run, runtime, backend } = start([never, 'Here.'])
  await runtime.advance(59_999)
  expect(backend.requests).toHaveLength(1)
  await runtime.advance(1)
  expect((await run.result).text).toBe('Here.')
  expect(backend.requests).toHaveLength(2)
})

test('fault C8: a stream that says nothing for 30 s is given up, closed, and asked for again', async () => {
  const first = byHand()
  const { run, runtime } = start([first.response, 'Here.'])
  first.say('{"response":"Let"}')
  await runtime.advance(29_000)
  first.say('{"response":" me"}')
  await runtime.advance(29_999)
  expect(first.isCancelled()).toBe(false)
  await runtime.advance(30_000)
  expect(first.isCancelled()).toBe(true)
  const result = await run.result
  expect(result.text).toBe('Here.')
  expect(result.events).toContainEqual(
    expect.objectContaining({
      type: 'model-error',
      error: expect.objectContaining({
        code: 'http.timeout',
        message: expect.stringContaining('nothing for 30000 ms'),
      }),
    }),
  )
})

test('fault B13: a stream that goes on for ever, a little at a time, ends after 300 s', async () => {
  const first = byHand()
  const { run, runtime } = start([first.response, 'Here.'])
  for (let second = 0; second < 290; second += 10) {
    first.say('{"response":"."}')
    await runtime.advance(10_000)
  }
  expect(first.isCancelled()).toBe(false)
  first.say('{"response":"."}')
  await runtime.advance(10_000)
  expect(first.isCancelled()).toBe(true)
  expect((await run.result).text).toBe('Here.')
})

test('an answer that is asked for whole has the whole time, since nothing of it comes before it is finished', async () => {
  const { run, runtime, backend } = start([never, 'Here.'], { stream: 'never' })
  await runtime.advance(299_999)
  expect(backend.requests).toHaveLength(1)
  await runtime.advance(1)
  expect((await run.result).text).toBe('Here.')
})

test('a run whose every request is too slow fails with what was exceeded and what to do', async () => {
  const { run, runtime } = start([never, never, never, never], { timeouts: { firstByteMs: 500 } })
  for (let attempt = 0; attempt < 4; attempt++) await runtime.advance(500)
  await expect(run.result).rejects.toMatchObject({
    code: 'http.timeout',
    retryable: true,
    message: expect.stringMatching(/nothing for 500 ms.*`timeouts`/),
  })
})

test('fault C20: a reply that is whole is taken although its usage never comes', async () => {
  const first = byHand()
  const { run, runtime } = start([first.response], { model: '@cf/qwen/qwen3-30b-a3b-fp8' })
  first.say('{"choices":[{"index":0,"delta":{"content":"Here."},"finish_reason":"stop"}]}')
  await runtime.advance(1999)
  expect(first.isCancelled()).toBe(false)
  await runtime.advance(1)
  const result = await run.result
  expect(result.text).toBe('Here.')
  expect(result.usage.totalTokens).toBe(0)
  expect(first.isCancelled()).toBe(true)
})

test('the time a slow reader takes does not count as silence of the model', async () => {
  const runtime = fakeRuntime()
  const piece = 'x'.repeat(40_000)
  const backend: Backend = {
    name: 'talker',
    send: async () => streamed(Array.from({ length: 6 }, () => piece)),
  }
  const run = createAgent({ backend, model, runtime }).stream('Talk.')
  const reader = run[Symbol.asyncIterator]()
  await reader.next()
  await runtime.advance(100_000)
  for (let next = await reader.next(); !next.done; next = await reader.next());
  expect((await run.result).steps[0]?.attempts).toBe(1)
})

test('a single call has the same limit', async () => {
  const runtime = fakeRuntime()
  const backend = scriptedBackend([never, 'Here.'])
  const timeouts = { requestMs: 1000 }
  const call = generate({ backend, model, runtime, prompt: 'Hi', timeouts })
  await runtime.advance(1000)
  expect((await call).text).toBe('Here.')
})

test('no limit outlives its request', async () => {
  const open = new Set<object>()
  const runtime = {
    ...fakeRuntime(),
    setTimer: () => {
      const timer = {}
      open.add(timer)
      return () => open.delete(timer)
    },
  }
  for (const stream of ['always', 'never'] as const) {
    const backend = scriptedBackend(['Here.'])
    await createAgent({ backend, model, runtime, stream }).stream('Hi').result
  }
  expect(open.size).toBe(0)
})
