import { binding, type AiBinding } from '@drover/binding'
import { createAgent } from '@drover/core'
import { env } from 'cloudflare:workers'
import { expect, expectTypeOf, inject, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

test('the Ai class of Workers is what `binding` takes', () => {
  expectTypeOf<Ai>().toExtend<AiBinding>()
  expect(binding(env.AI).name).toBe('binding')
})

test('an agent in a Worker is answered through env.AI', async () => {
  const result = await createAgent({ backend: binding(env.AI), model }).run('Say hello')
  expect(result.stopReason).toBe('answer')
  expect(result.text).not.toBe('')
  expect(result.usage.neurons).toBeGreaterThan(0)
})

test('it survives calls of the same env.AI that ask for something else at the same time', async () => {
  const agent = createAgent({ backend: binding(env.AI), model })
  const others = Array.from({ length: 10 }, () =>
    env.AI.run('@cf/any/other', { prompt: 'Hi' }).catch(() => 'refused'),
  )
  const runs = Array.from({ length: 10 }, (_, index) => agent.run(`Say hello to number ${index}`))
  // The class keeps the options of its latest call, so some of these get an object and some a stream.
  const more = Array.from({ length: 10 }, () =>
    env.AI.run(model as string, { prompt: 'Hi', stream: true }),
  )
  const results = await Promise.all(runs)
  await Promise.all([...others, ...more])
  expect(results.map((result) => result.stopReason)).toEqual(Array(10).fill('answer'))
  expect(results.every((result) => result.text !== '')).toBe(true)
})

test('a gateway, a session and further headers reach the wire of the class', async () => {
  const opened = await fetch(`${inject('emulatorUrl')}/scenes/`, {
    method: 'POST',
    body: '["Hello."]',
  })
  const { key } = await opened.json<{ key: string }>()
  const backend = binding(env.AI, {
    gateway: { id: 'my-gateway', skipCache: true },
    sessionAffinity: 'session-1',
    extraHeaders: { 'x-scene': key },
  })
  expect((await createAgent({ backend, model }).run('Hi')).text).toBe('Hello.')
  const seen = await fetch(`${inject('emulatorUrl')}/scenes/${key}/requests`)
  expect(await seen.json()).toMatchObject([
    {
      front: 'binding',
      model,
      path: expect.stringMatching(/^\/ai-gateway\/run\?/),
      inputs: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 2048 },
      options: { gateway: { id: 'my-gateway', skipCache: true }, returnRawResponse: true },
      headers: { 'x-session-affinity': 'session-1', 'cf-consn-model-id': model },
    },
  ])
  await fetch(`${inject('emulatorUrl')}/scenes/${key}`, { method: 'DELETE' })
})
