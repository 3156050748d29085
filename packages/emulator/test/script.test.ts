import { DroverError } from '@drover/core'
import { expect, test } from 'vitest'
import type { Script } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { call } from './client.ts'

const hello = { messages: [{ role: 'user', content: 'hello' }] }

function complaint(model: Script): unknown {
  try {
    model.assertComplete()
    return undefined
  } catch (error) {
    return DroverError.is(error) ? `${error.code}: ${error.message}` : error
  }
}

test('gives its replies in order', async () => {
  const model = script([{ text: 'one' }, { text: 'two' }])
  await using emulator = await startEmulator({ model })
  expect((await call(emulator, 'rest', hello)).body.result.response).toBe('one')
  expect(complaint(model)).toContain('test.unscripted: Expected 2 model request(s)')
  expect((await call(emulator, 'binding', hello)).body.response).toBe('two')
  expect(complaint(model)).toBe(undefined)
})

test('a request after the last reply is a 500 that says so, and is remembered', async () => {
  const model = script([])
  await using emulator = await startEmulator({ model })
  const { status, body } = await call(emulator, 'binding', hello)
  expect(status).toBe(500)
  expect(body.description).toContain('`script` has 0 replies and got request 1')
  expect(body.description).toContain('user: hello')
  expect(complaint(model)).toContain('got 1')
})

test('a refused request uses no reply up', async () => {
  const model = script([{ text: 'one' }])
  await using emulator = await startEmulator({ model })
  await call(emulator, 'rest', { max_tokens: 'many' })
  await call(emulator, 'rest', hello)
  expect(complaint(model)).toBe(undefined)
})

test('a function answers from the request: both tool formats and every way to write a call', async () => {
  const seen: unknown[] = []
  const model = script(async (request) => {
    seen.push({ tools: request.tools, messages: request.messages })
    return { text: 'fine' }
  })
  await using emulator = await startEmulator({ model })
  const parameters = { type: 'object', properties: {} }
  const tools = [
    { name: 'flat', description: 'F', parameters },
    { type: 'function', function: { name: 'nested', description: 'N', parameters } },
  ]
  const structured = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
  const messages = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: '{"name":"g","parameters":{"b":2}}' },
    { role: 'tool', content: 'two' },
    { role: 'assistant', content: 'Let me see.', tool_calls: [structured] },
    { role: 'tool', tool_call_id: 'c1', name: 'f', content: 'one' },
  ]
  await call(emulator, 'rest', { messages, tools })
  const f = { toolName: 'f', input: { a: 1 } }
  const g = { toolName: 'g', input: { b: 2 } }
  expect(seen).toEqual([
    {
      tools: [
        { name: 'flat', description: 'F', parameters },
        { name: 'nested', description: 'N', parameters },
      ],
      messages: [
        { role: 'user', content: 'hello', toolCalls: [] },
        { role: 'assistant', content: '', toolCalls: [g] },
        { role: 'tool', content: 'two', toolCalls: [], toolName: 'g', toolInput: { b: 2 } },
        { role: 'assistant', content: 'Let me see.', toolCalls: [f] },
        { role: 'tool', content: 'one', toolCalls: [], toolName: 'f', toolInput: { a: 1 } },
      ],
    },
  ])
})

test('several results are matched to their calls by id', async () => {
  const seen: unknown[] = []
  const model = script((request) => {
    seen.push(...request.messages.slice(1).map(({ toolInput }) => toolInput))
    return { text: 'fine' }
  })
  await using emulator = await startEmulator({ model })
  const callOf = (id: string): object => ({ id, function: { name: 'f', arguments: { id } } })
  await call(emulator, 'rest', {
    messages: [
      { role: 'assistant', content: '', tool_calls: [callOf('a'), callOf('b')] },
      { role: 'tool', tool_call_id: 'b', content: '' },
      { role: 'tool', tool_call_id: 'a', content: '' },
    ],
  })
  expect(seen).toEqual([{ id: 'b' }, { id: 'a' }])
})
