import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import worker from './index.ts'

async function ask(question: string, path = '/'): Promise<Response> {
  const url = `https://example.com${path}?${new URLSearchParams({ question }).toString()}`
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

test('streams the call, its result and the answer in pieces', async () => {
  const response = await ask('How many days are there from 2026-11-20 to 2026-12-24?', '/stream')
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const frames = (await response.text()).trim().split('\n\n')
  expect(frames.at(-1)).toBe('data: [DONE]')
  const chunks = frames
    .slice(0, -1)
    .map((frame): { type: string; delta?: string } => JSON.parse(frame.slice('data: '.length)))
  expect(chunks).toContainEqual(
    expect.objectContaining({ type: 'tool-output-available', output: { days: 34 } }),
  )
  const deltas = chunks.flatMap(({ type, delta }) => (type === 'text-delta' ? [delta] : []))
  expect(deltas.length).toBeGreaterThan(1)
  expect(deltas.join('')).toContain('34')
})

test.each(['/', '/stream'])('refuses a request to %s without a question', async (path) => {
  const response = await ask('', path)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: 'config.input' })
})
