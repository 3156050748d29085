import { createAgent, type JsonValue } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { model, weather } from './subjects.ts'
import type { OpenScene } from './stage.ts'

interface Dialect {
  readonly name: string
  readonly result: JsonValue
}

const city = { city: 'Lisbon' }
const native = { name: 'get_weather', arguments: city }
const openai = (args: JsonValue, id = 'chatcmpl-tool-1'): JsonValue => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: args },
})
const text = JSON.stringify(city)

/** Each holds one call of `get_weather` for Lisbon. */
const CALLS: readonly Dialect[] = [
  {
    name: 'a native call beside `response: null`',
    result: { response: null, tool_calls: [native] },
  },
  {
    name: 'a native call beside an empty response',
    result: { response: '', tool_calls: [native] },
  },
  {
    name: 'a native call with its arguments as text',
    result: { response: null, tool_calls: [{ ...native, arguments: text }] },
  },
  {
    name: 'a native call with its arguments encoded twice',
    result: { response: null, tool_calls: [{ ...native, arguments: JSON.stringify(text) }] },
  },
  {
    name: 'a native call among null and nameless entries',
    result: { response: null, tool_calls: [null, { arguments: {} }, native, null] },
  },
  { name: "Llama 4 Scout's shape, without a response", result: { tool_calls: [openai(text)] } },
  {
    name: 'an OpenAI-shaped call with object arguments',
    result: { response: null, tool_calls: [openai(city)] },
  },
  {
    name: '`choices` with null content',
    result: {
      choices: [
        {
          message: { role: 'assistant', content: null, tool_calls: [openai(text)] },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  {
    name: '`choices` that claim to have stopped',
    result: {
      choices: [{ message: { content: '', tool_calls: [openai(text)] }, finish_reason: 'stop' }],
    },
  },
  {
    name: 'a finish reason of `stop` beside native calls',
    result: { response: null, tool_calls: [native], finish_reason: 'stop' },
  },
]

/** Each says "Paris." and calls nothing, unless `text` says otherwise. */
const TEXTS: readonly (Dialect & { readonly text?: string })[] = [
  {
    name: 'native text with an empty list of calls',
    result: { response: 'Paris.', tool_calls: [] },
  },
  { name: 'native text without a list of calls', result: { response: 'Paris.' } },
  {
    name: 'a list of calls that holds only nulls',
    result: { response: 'Paris.', tool_calls: [null, null] },
  },
  { name: 'a bare text as the whole result', result: 'Paris.' },
  {
    name: '`choices` with text',
    result: {
      choices: [{ message: { role: 'assistant', content: 'Paris.' }, finish_reason: 'stop' }],
    },
  },
  {
    name: '`choices` with parts of text',
    result: {
      choices: [
        {
          message: {
            content: [
              { type: 'text', text: 'Par' },
              { type: 'text', text: 'is.' },
            ],
          },
        },
      ],
    },
  },
  { name: 'a number where text was meant', result: { response: 42 }, text: '42' },
  {
    name: 'an object where text was meant',
    result: { response: { answer: 42 } },
    text: '{"answer":42}',
  },
]

/** Every structured shape in which the models behind Workers AI answer. */
export function describeDialects(open: OpenScene): void {
  describe('a call is read from', () => {
    test.for(CALLS)('$name', async ({ result }) => {
      await using scene = await open([{ result }, 'It is 21 degrees.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const { steps, text: answer } = await agent.run('Is it warm in Lisbon?')
      expect(answer).toBe('It is 21 degrees.')
      expect(steps[0]).toMatchObject({
        toolCalls: [{ toolName: 'get_weather', input: city }],
        toolResults: [{ output: '{"city":"Lisbon","celsius":21}', isError: false }],
        finishReason: 'tool-calls',
      })
      expect(steps).toHaveLength(2)
    })

    test.for([
      { name: 'without ids', calls: [native, native] },
      { name: 'with the same id twice', calls: [openai(text, 'one'), openai(text, 'one')] },
    ])('two calls $name, and each gets one of its own', async ({ calls }) => {
      await using scene = await open([{ result: { response: null, tool_calls: calls } }, 'Warm.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const { messages } = await agent.run('Is it warm in Lisbon?')
      const ids = messages.flatMap((message) => (message.role === 'tool' ? message.toolCallId : []))
      expect(ids).toHaveLength(2)
      expect(new Set(ids).size).toBe(2)
      for (const id of ids) expect(id).toMatch(/^[a-z0-9]{9}$/)
    })
  })

  describe('an answer is read from', () => {
    test.for(TEXTS)('$name', async ({ result, text: expected = 'Paris.' }) => {
      await using scene = await open([{ result }])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const { text: answer, stopReason } = await agent.run('What is it?')
      expect(answer).toBe(expected)
      expect(stopReason).toBe('answer')
    })
  })
}
