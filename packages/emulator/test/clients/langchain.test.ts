import { ChatCloudflareWorkersAI } from '@langchain/cloudflare'
import { expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'
import { ANSWER, QUESTION } from './weather.ts'

// It has no tools: its `bindTools` is the one of its base class, which is not there.
function connect({ url }: Emulator): ChatCloudflareWorkersAI {
  return new ChatCloudflareWorkersAI({
    model: MODEL,
    cloudflareAccountId: ACCOUNT,
    cloudflareApiToken: 'token',
    baseUrl: `${url}/client/v4/accounts/${ACCOUNT}/ai/run`,
    maxRetries: 0,
  })
}

test('`@langchain/cloudflare` chats', async () => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const message = await connect(emulator).invoke([
    ['system', 'Be brief.'],
    ['human', QUESTION],
  ])
  expect(message.content).toBe(ANSWER)
  expect(emulator.requests[0]?.inputs).toMatchObject({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: QUESTION },
    ],
  })
})

test('`@langchain/cloudflare` streams', async () => {
  await using emulator = await startEmulator({ model: script([{ text: ANSWER }]) })
  const texts: unknown[] = []
  for await (const { content } of await connect(emulator).stream(QUESTION)) texts.push(content)
  expect(texts.length).toBeGreaterThan(2)
  expect(texts.join('')).toBe(ANSWER)
})

test('`@langchain/cloudflare` says which status it met', async () => {
  await using emulator = await startEmulator({ model: script([{ error: { code: 3040 } }]) })
  await expect(connect(emulator).invoke(QUESTION)).rejects.toThrow('status code 429')
})
