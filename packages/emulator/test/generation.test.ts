import { expect, test } from 'vitest'
import { script, startEmulator } from '../src/index.ts'
import { call } from './client.ts'

const hello = { messages: [{ role: 'user', content: 'hello' }] }
const long = {
  toolName: 'write_file',
  input: { path: 'a.md', content: `# Title ${'x'.repeat(3000)}` },
}

test('cuts text at 256 tokens when max_tokens is not given', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'x'.repeat(5000) }]) })
  const { body } = await call(emulator, 'rest', hello)
  expect(body.result.response).toBe('x'.repeat(1024))
  expect(body.result.usage.completion_tokens).toBe(256)
})

test('a call too long for max_tokens leaks as cut text', async () => {
  await using emulator = await startEmulator({ model: script([{ toolCalls: [long] }]) })
  const { body } = await call(emulator, 'binding', hello)
  expect(body.response).toMatch(
    /^\{"name":"write_file","parameters":\{"path":"a.md","content":"# Title x+$/,
  )
  expect(body.tool_calls).toEqual([])
  expect(body.usage.completion_tokens).toBe(256)
})

test('the same call is whole when max_tokens allows it', async () => {
  await using emulator = await startEmulator({ model: script([{ toolCalls: [long] }]) })
  const { body } = await call(emulator, 'binding', { ...hello, max_tokens: 2000 })
  expect(body.response).toBe(null)
  expect(body.tool_calls).toEqual([{ name: long.toolName, arguments: long.input }])
  expect(body.usage.completion_tokens).toBeLessThan(2000)
})

test('an answer of exactly max_tokens is whole', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'x'.repeat(40) }]) })
  const { body } = await call(emulator, 'rest', { ...hello, max_tokens: 10 })
  expect(body.result.response).toHaveLength(40)
})

test('a cut never splits a character', async () => {
  await using emulator = await startEmulator({ model: script([{ text: `abc${'😀'.repeat(20)}` }]) })
  const { body } = await call(emulator, 'rest', { ...hello, max_tokens: 2 })
  expect(body.result.response).toBe('abc😀😀')
})

test('max_tokens of 0 or less gives nothing', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ text: 'hello' })) })
  for (const max_tokens of [0, -5]) {
    const { body } = await call(emulator, 'rest', { ...hello, max_tokens })
    expect(body.result).toMatchObject({ response: '', usage: { completion_tokens: 0 } })
  }
})

test('usage grows with the messages and with the tools', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
  const cost = async (inputs: object): Promise<number> =>
    (await call(emulator, 'rest', inputs)).body.result.usage.prompt_tokens
  const plain = await cost(hello)
  const longer = await cost({ messages: [{ role: 'user', content: 'hello '.repeat(100) }] })
  const tools = [{ name: 'f', description: 'F', parameters: { type: 'object', properties: {} } }]
  expect(longer).toBeGreaterThan(plain + 100)
  expect(await cost({ ...hello, tools })).toBeGreaterThan(plain)
})

test.each([
  ['@cf/meta/llama-3.1-8b-instruct-fast', 4119, 34_868],
  ['@cf/meta/llama-3.1-70b-instruct', 26_668, 204_805],
])('charges %s by its price row', async (model, input, output) => {
  await using emulator = await startEmulator({ model: script([{ text: 'x'.repeat(400) }]) })
  const { headers, body } = await call(emulator, 'rest', { prompt: 'y'.repeat(40_000) }, { model })
  expect(body.result.usage).toMatchObject({ prompt_tokens: 10_000, completion_tokens: 100 })
  const expected = (10_000 * input + 100 * output) / 1_000_000
  expect(Number(headers.get('cf-ai-neurons'))).toBeCloseTo(expected, 3)
})
