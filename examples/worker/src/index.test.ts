import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import worker from './index.ts'

async function ask(question: string): Promise<Response> {
  const url = `https://example.com/?${new URLSearchParams({ question }).toString()}`
  return worker.fetch(new Request(url), { AI: env.AI })
}

test('env.AI is the real class of workerd', () => {
  expect(env.AI.constructor.name).toBe('Ai')
})

test('answers with what its tool counted', async () => {
  const response = await ask('How many days are there from 2026-11-20 to 2026-12-24?')
  expect(response.status).toBe(200)
  const body = await response.json<{ answer: string; steps: number }>()
  expect(body.steps).toBe(2)
  expect(body.answer).toContain('34')
})

test('refuses a request without a question', async () => {
  const response = await ask('')
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: 'config.input' })
})
