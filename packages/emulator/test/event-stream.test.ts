import { expect, test } from 'vitest'
import type { ModelReply } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { ACCOUNT, MODEL } from './client.ts'

interface Frame {
  readonly response: string
  readonly p?: string
  readonly usage?: object
}

async function frames(reply: ModelReply): Promise<readonly Frame[]> {
  await using emulator = await startEmulator({ model: script([reply]) })
  const response = await fetch(`${emulator.url}/accounts/${ACCOUNT}/ai/run/${MODEL}`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'hello', stream: true }),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.get('cf-ai-req-id')).toMatch(/\S/)
  const events = (await response.text()).split('\n\n')
  expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
  return events.slice(0, -2).map((event) => JSON.parse(event.replace(/^data: /, '')))
}

test('streams text in padded frames, then the usage, then [DONE]', async () => {
  const all = await frames({ text: 'Hello  there,\nworld' })
  const text = all.slice(0, -1)
  expect(text.map(({ response }) => response).join('')).toBe('Hello  there,\nworld')
  expect(text.length).toBeGreaterThan(1)
  for (const { p } of text) expect(p).toMatch(/^[a-z0-9]+$/)
  expect(all.at(-1)).toMatchObject({ response: '', usage: { completion_tokens: 5 } })
  expect(all.at(-1)).not.toHaveProperty('p')
})

test('streams calls in one frame', async () => {
  const [first, last] = await frames({ toolCalls: [{ toolName: 'f', input: { a: 1 } }] })
  expect(first).toEqual({ response: '', tool_calls: [{ name: 'f', arguments: { a: 1 } }] })
  expect(last).toHaveProperty('usage')
})
