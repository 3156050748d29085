import { openScene } from '@drover/emulator/scene'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import worker from '../../src/worker.ts'

// The Worker as it is deployed: the runtime, the real class behind `env.AI`, its own wrangler.jsonc.

function ask(words: string): Promise<Response> {
  return worker.fetch(new Request('https://example.com/', { method: 'POST', body: words }), env)
}

test('answers a customer', async () => {
  await using scene = await openScene({
    emulator: env.AI,
    replies: [
      { toolCalls: [{ toolName: 'find_order', input: { orderId: 'A-17' } }] },
      { text: 'It cost 42 €.' },
    ],
  })
  const response = await ask('What did A-17 cost?')
  expect(await response.json()).toEqual({ answer: 'It cost 42 €.' })
  expect((await scene.requests()).map(({ front }) => front)).toEqual(['binding', 'binding'])
  await scene.assertComplete()
})

test('says 502 when the model is gone', async () => {
  await using scene = await openScene({ emulator: env.AI, replies: [{ error: { code: 5028 } }] })
  const response = await ask('What did A-17 cost?')
  expect(response.status).toBe(502)
  expect(await response.json()).toEqual({ error: 'model.retired' })
  await scene.assertComplete()
})

test('says 400 to silence', async () => {
  expect((await ask('')).status).toBe(400)
})
