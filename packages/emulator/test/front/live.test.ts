import { expect, test } from 'vitest'
import type { ModelReply, ModelSource } from '../../src/index.ts'
import { startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL, post } from '../client.ts'

async function* speak(): AsyncGenerator<string, { text: string }, undefined> {
  yield 'It is '
  yield 'warm.'
  return { text: 'It is warm.' }
}

const speaking: ModelSource = { name: 'speaking', reply: (): ModelReply => ({ live: speak() }) }

test("a reply that is still being spoken streams as OpenAI's chunks and is charged at its end", async () => {
  await using emulator = await startEmulator({ model: speaking, quota: { neurons: 0.05 } })
  const url = `${emulator.url}/accounts/${ACCOUNT}/ai/v1/chat/completions`
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
  const body = { model: MODEL, prompt: 'hello', stream: true }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(await response.text()).toContain('"object":"chat.completion.chunk"')
  expect((await post(url, { model: MODEL, prompt: 'hello' }, headers)).status).toBe(429)
})
