import { expect, test } from 'vitest'
import type { EmulatorOptions, ModelReply, StreamVariant } from '../../src/index.ts'
import { script, startEmulator, streamVariants } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

const messages = [{ role: 'user', content: 'hello' }]
const calls = { toolCalls: [{ toolName: 'f', input: { a: 1 } }] }

/** One request to the front that speaks OpenAI's wire, with the raw answer. */
async function complete(
  reply: ModelReply,
  body: object,
  options: EmulatorOptions = {},
): Promise<Response> {
  await using emulator = await startEmulator({ model: script(() => reply), ...options })
  const response = await fetch(
    `${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
      body: JSON.stringify({ model: MODEL, messages, ...body }),
    },
  )
  return new Response(await response.text(), response)
}

test('answers with a chat completion whatever the dialect of the model is', async () => {
  const response = await complete({ text: 'hi' }, {})
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toMatchObject({
    object: 'chat.completion',
    model: MODEL,
    choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
    usage: { completion_tokens: 1 },
  })
  const called = await (await complete(calls, {})).json()
  expect(called).toMatchObject({
    choices: [
      {
        message: { tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] },
        finish_reason: 'tool_calls',
      },
    ],
  })
})

test.each(['max_tokens', 'max_completion_tokens'])('cuts at `%s`', async (name) => {
  const response = await complete({ text: 'x'.repeat(99) }, { [name]: 3 })
  expect(await response.json()).toMatchObject({
    choices: [{ message: { content: 'x'.repeat(12) }, finish_reason: 'length' }],
  })
})

test('takes content that is null or in parts, for Llama too', async () => {
  const conversation = [
    { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    { role: 'assistant', content: null },
  ]
  expect((await complete({ text: 'hi' }, { messages: conversation })).status).toBe(200)
})

test('streams chunks, calls of Llama as their text', async () => {
  const response = await complete(calls, { stream: true })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const text = await response.text()
  expect(text).toContain('"object":"chat.completion.chunk"')
  expect(text).not.toContain('"tool_calls":[{')
  expect(text).toMatch(/"choices":\[\],"usage".*\n\ndata: \[DONE\]\n\n$/)
})

test.each(streamVariants.filter((variant): variant is StreamVariant => variant !== 'json'))(
  'streams `%s` as chunks of OpenAI alone',
  async (variant) => {
    const text = await (await complete(calls, { stream: true }, { streaming: { variant } })).text()
    const frames = text.split('\n\n').filter((frame) => frame.startsWith('data: {'))
    expect(frames.length).toBeGreaterThan(2)
    expect(frames.every((frame) => frame.includes('"choices":'))).toBe(true)
  },
)

test('refuses as captured, without the envelope of REST', async () => {
  const invalid = await complete({ text: 'hi' }, { messages: 'x' })
  expect(invalid.status).toBe(400)
  expect(await invalid.json()).toEqual({
    error: {
      code: 'invalid_prompt',
      message:
        "AiError: Bad input: Error: oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', " +
        "Type mismatch of '/messages', 'array' not in 'string'",
    },
  })
  const unknown = await complete({ text: 'hi' }, { model: '@cf/meta/llama-9' })
  expect(await unknown.json()).toEqual({
    error: {
      code: 'invalid_prompt',
      message: 'AiError: No such model @cf/meta/llama-9 or task',
    },
  })
  const busy = await complete({ error: { code: 3040, retryAfter: 2 } }, {})
  expect(busy.status).toBe(429)
  expect(busy.headers.get('retry-after')).toBe('2')
  expect(await busy.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
  const broken = await complete({ error: { code: 8005 } }, {})
  expect(await broken.json()).toMatchObject({ error: { code: 'server_error' } })
})

test('a wrong token is refused by the edge, in its own envelope', async () => {
  const response = await complete({ text: 'hi' }, {}, { apiToken: 'right' })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ success: false, errors: [{ code: 10_000 }] })
})
