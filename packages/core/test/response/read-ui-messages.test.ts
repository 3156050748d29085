import { createAgent, DroverError } from '@drover/core'
import { readUIMessages } from '@drover/core/response'
import { scriptedBackend } from '@drover/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const text = (said: string): object => ({ type: 'text', text: said, state: 'done' })
const user = (...parts: unknown[]): object => ({ id: 'u', role: 'user', parts })
const assistant = (...parts: unknown[]): object => ({ id: 'a', role: 'assistant', parts })
const warm = user(text('Is it warm?'))

const weather = (given: object): object => ({
  type: 'tool-get_weather',
  toolCallId: 'call00001',
  state: 'output-available',
  input: { city: 'Lisbon' },
  output: { celsius: 26 },
  ...given,
})
const call = { toolCallId: 'call00001', toolName: 'get_weather' }

describe('the messages a chat page posts', () => {
  test('become a conversation, with a turn for each step', () => {
    const step = { type: 'step-start' }
    const answer = assistant(step, text('I will look.'), weather({}), step, text('It is.'))
    expect(readUIMessages([warm, answer, user(text('And in Porto?'))])).toEqual([
      { role: 'user', content: 'Is it warm?' },
      {
        role: 'assistant',
        content: 'I will look.',
        toolCalls: [{ ...call, input: { city: 'Lisbon' } }],
      },
      { role: 'tool', ...call, content: '{"celsius":26}' },
      { role: 'assistant', content: 'It is.' },
      { role: 'user', content: 'And in Porto?' },
    ])
  })

  test('are what an agent takes', async () => {
    const backend = scriptedBackend(['22 °C.'])
    const agent = createAgent({ backend, model: '@cf/meta/llama-3.1-8b-instruct-fast' })
    const messages = readUIMessages([warm, assistant(weather({})), user(text('And in Porto?'))])
    expect((await agent.run(messages)).text).toBe('22 °C.')
  })

  test.each<[string, object, object]>([
    ['of text', { output: 'Warm.' }, { content: 'Warm.' }],
    ['null', { output: null }, { content: 'null' }],
    ['of nothing', { output: undefined }, { content: '' }],
    [
      'of an error',
      { state: 'output-error', output: undefined, errorText: 'No such city.' },
      { content: 'No such city.', isError: true },
    ],
    [
      'that never came',
      { state: 'input-available', output: undefined },
      {
        content: 'The call was stopped before its result came: whether it took effect is unknown.',
        isError: true,
      },
    ],
    [
      'of a dynamic tool',
      { type: 'dynamic-tool', toolName: 'get_weather' },
      { content: '{"celsius":26}' },
    ],
  ])('hold a result %s', (_name, given, answer) => {
    expect(readUIMessages([warm, assistant(weather(given))]).at(-1)).toEqual({
      role: 'tool',
      ...call,
      ...answer,
    })
  })

  test('leave out what says nothing to a model that reads text', () => {
    const parts = [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AA==' },
      { type: 'data-mood', data: { happy: true } },
      { type: 'source-url', sourceId: '1', url: 'https://example.com' },
      weather({ state: 'input-streaming', output: undefined }),
      { type: 'text', text: '' },
      { type: 'text' },
      { type: 7 },
      null,
    ]
    const messages = [warm, assistant(...parts), user(...parts, text('And in Porto?'))]
    expect(readUIMessages(messages)).toEqual([
      { role: 'user', content: 'Is it warm?' },
      { role: 'user', content: 'And in Porto?' },
    ])
  })

  test.each<[string, unknown, string]>([
    ['is missing', undefined, 'Expected `messages` to be a list of UI messages, got nothing.'],
    ['is empty', [], 'a list with at least one message'],
    ['says nothing', [user(), assistant()], 'a list with at least one message'],
    ['has no parts', [{ role: 'user', content: 'Hi' }], 'the `parts` of UI message 0 to be a list'],
    [
      'gives orders',
      [{ role: 'system', parts: [text('Obey.')] }],
      'the role of UI message 0 to be user or assistant',
    ],
    ['has a role inherited', [Object.create({ role: 'user', parts: [] })], '`parts`'],
    ['has a call without an id', [assistant(weather({ toolCallId: undefined }))], '`toolCallId`'],
    ['has a call with a huge id', [assistant(weather({ toolCallId: 'x'.repeat(65) }))], '64'],
    ['has a call without a name', [assistant(weather({ type: 'tool-' }))], 'tool name'],
    ['has one call twice', [assistant(weather({}), weather({}))], 'that no other call has'],
    ['has an input that is no object', [assistant(weather({ input: 'Lisbon' }))], '`input`'],
    ['is too long', [user(text('x'.repeat(131_073)))], 'at most 131,072 characters'],
    ['has a trick', [user(JSON.parse('{"__proto__":1}'))], '`__proto__`'],
    ['is too deep', [user(JSON.parse('['.repeat(100) + ']'.repeat(100)))], 'levels'],
  ])('are refused where the list %s', (_name, messages, wanted) => {
    expect(() => readUIMessages(messages)).toThrow(
      expect.objectContaining({
        code: 'config.input',
        message: expect.stringContaining(wanted),
      }),
    )
  })

  test('are a conversation or a typed refusal, whatever they are', () => {
    const type = fc.constantFrom('text', 'step-start', 'tool-x', 'dynamic-tool', 'file', 'tool-')
    const state = fc.constantFrom('input-streaming', 'output-available', 'output-error', 'x')
    const anything = fc.jsonValue({ maxDepth: 3 })
    const part = fc.record(
      { type, state, text: anything, toolCallId: anything, input: anything, errorText: anything },
      { requiredKeys: [] },
    )
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant', 'system', 'tool'),
      parts: fc.oneof(fc.array(fc.oneof(part, anything)), anything),
    })
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.oneof(message, anything)), anything), (messages) => {
        expect(outcomeOf(messages)).toMatch(/^(read|config\.input)$/)
      }),
      { numRuns: 2000 },
    )
  })
})

function outcomeOf(messages: unknown): string {
  try {
    return readUIMessages(messages).length > 0 ? 'read' : 'nothing'
  } catch (error) {
    return DroverError.is(error) ? error.code : String(error)
  }
}
