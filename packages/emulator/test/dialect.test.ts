import { expect, test } from 'vitest'
import type { ModelReply } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import type { WireResult } from './client.ts'
import { call } from './client.ts'

const hello = { messages: [{ role: 'user', content: 'hello' }] }
const calls = { toolCalls: [{ toolName: 'f', input: { a: 1 } }] }
const openAiCall = {
  id: expect.stringMatching(/^chatcmpl-tool-./),
  type: 'function',
  function: { name: 'f', arguments: '{"a":1}' },
}

async function answer(
  model: string,
  reply: ModelReply,
  inputs: object = hello,
): Promise<WireResult> {
  await using emulator = await startEmulator({ model: script([reply]) })
  return (await call(emulator, 'binding', inputs, { model })).body
}

test.each([
  '@cf/meta/llama-3.1-8b-instruct-fast',
  '@cf/meta/llama-3.1-70b-instruct',
  '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
])('%s answers flat', async (model) => {
  expect(await answer(model, { text: 'hi' })).toMatchObject({ response: 'hi', tool_calls: [] })
  expect(await answer(model, calls)).toMatchObject({
    response: null,
    tool_calls: [{ name: 'f', arguments: { a: 1 } }],
  })
})

test('Scout puts OpenAI-shaped calls into the flat envelope and leaves `response` out', async () => {
  const model = '@cf/meta/llama-4-scout-17b-16e-instruct'
  const called = await answer(model, calls)
  expect(called.tool_calls).toEqual([openAiCall])
  expect(called).not.toHaveProperty('response')
  expect(await answer(model, { text: 'hi' })).toMatchObject({ response: 'hi' })
})

test.each(['@cf/qwen/qwen3-30b-a3b-fp8', '@cf/zai-org/glm-4.7-flash'])(
  '%s answers with a whole chat completion',
  async (model) => {
    expect(await answer(model, calls)).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, tool_calls: [openAiCall] },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { completion_tokens: expect.any(Number) },
    })
    const spoken = await answer(model, { text: 'hi' })
    expect(spoken.choices[0]).toMatchObject({ message: { content: 'hi' }, finish_reason: 'stop' })
    const cut = await answer(model, { text: 'x'.repeat(99) }, { ...hello, max_tokens: 3 })
    expect(cut.choices[0]).toMatchObject({
      message: { content: 'x'.repeat(12) },
      finish_reason: 'length',
    })
  },
)

test('a raw result goes out as it is', async () => {
  const result = { response: 42, tool_calls: [null, { name: 'f' }] }
  expect(await answer('@cf/meta/llama-3.1-8b-instruct-fast', { result })).toEqual(result)
})
