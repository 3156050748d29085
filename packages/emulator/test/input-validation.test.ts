import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { call } from './client.ts'

const user = { role: 'user', content: 'hello' }
const messages = [user]
const noPrompt = "required properties at '/' are 'prompt'"
const noMessages = "required properties at '/' are 'messages'"
const unmet = (detail: string): string => `oneOf at '/' not met, 0 matches: ${detail}`

const refused: readonly (readonly [what: string, inputs: unknown, message: string])[] = [
  ['nothing', {}, unmet(`${noPrompt}, ${noMessages}`)],
  ['prompt and messages', { prompt: 'hello', messages }, "oneOf at '/' not met, 2 matches"],
  [
    'an empty prompt',
    { prompt: '' },
    unmet(`Length of '/prompt' must be >= 1 not met, ${noMessages}`),
  ],
  [
    'messages that are a string',
    { messages: 'x' },
    unmet(`${noPrompt}, Type mismatch of '/messages', 'array' not in 'string'`),
  ],
  [
    'content null',
    { messages: [user, { role: 'assistant', content: null }] },
    unmet(`${noPrompt}, Type mismatch of '/messages/1/content', 'string' not in 'null'`),
  ],
  [
    'content missing',
    { messages: [user, { role: 'assistant' }] },
    unmet(`${noPrompt}, required properties at '/messages/1' are 'role,content'`),
  ],
  [
    'content that is a list',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] },
    unmet(`${noPrompt}, Type mismatch of '/messages/0/content', 'string' not in 'array'`),
  ],
  [
    'content over the limit',
    { messages: [{ role: 'user', content: 'x'.repeat(131_073) }] },
    unmet(`${noPrompt}, Length of '/messages/0/content' must be <= 131072`),
  ],
  [
    'role missing',
    { messages: [{ content: 'hello' }] },
    unmet(`${noPrompt}, required properties at '/messages/0' are 'role,content'`),
  ],
  ...(
    [
      ['max_tokens', '256', "Type mismatch of '/max_tokens', 'integer' not in 'string'"],
      ['max_tokens', 2.5, "Type mismatch of '/max_tokens', 'integer' not in 'number'"],
      ['max_tokens', null, "Type mismatch of '/max_tokens', 'integer' not in 'null'"],
      ['temperature', 6, "'/temperature' must be <= 5"],
      ['top_k', 51, "'/top_k' must be <= 50"],
      ['top_k', 0, "'/top_k' must be >= 1"],
      ['seed', 0, "'/seed' must be >= 1"],
      ['stream', 'true', "Type mismatch of '/stream', 'boolean' not in 'string'"],
    ] as const
  ).map(
    ([field, value, message]) =>
      [
        `${field} ${JSON.stringify(value)}`,
        { messages, [field]: value },
        // Both branches fail on the same field, and the same words are said once.
        unmet(message),
      ] as const,
  ),
  [
    'a function without code',
    { messages, functions: [{ name: 'f' }] },
    unmet(`${noPrompt}, required properties at '/functions/0' are 'name,code'`),
  ],
]

const tool = (parameters: unknown): object => ({
  messages,
  tools: [{ name: 'f', description: 'F', parameters }],
})

const overRest = (message: string): object => ({
  errors: [{ message: `AiError: Bad input: Error: ${message}`, code: 5006 }],
  success: false,
  result: {},
  messages: [],
})

const overBinding = (message: string): object => ({
  internalCode: 5006,
  name: 'AiError',
  description: `Error: ${message}`,
  message: `AiError: Bad input: Error: ${message}`,
  httpCode: 400,
  requestId: expect.stringMatching(/\S/),
})

const accepted: readonly (readonly [what: string, inputs: unknown])[] = [
  ['no messages at all', { messages: [] }],
  ['an unknown role', { messages: [{ role: 'wizard', content: 'hello' }] }],
  ['content of exactly the limit', { messages: [{ role: 'user', content: 'x'.repeat(131_072) }] }],
  [
    'extra keys in a message',
    { messages: [{ ...user, name: 'n', tool_call_id: 'c', tool_calls: [{ id: 'c' }] }] },
  ],
  ['tool_choice', { messages, tool_choice: 'auto' }],
  ['response_format', { messages, response_format: { type: 'json_object' } }],
  ['raw with messages', { messages, raw: true }],
  ['lora with messages', { messages, lora: 'mine' }],
  [
    'a tool without description',
    { messages, tools: [{ name: 'f', parameters: { type: 'object', properties: {} } }] },
  ],
  ['a tool without parameters', { messages, tools: [{ name: 'f', description: 'F' }] }],
  [
    'a property without description',
    tool({ type: 'object', properties: { a: { type: 'string' } } }),
  ],
  [
    'a property of two types',
    tool({ type: 'object', properties: { a: { type: ['string', 'null'], description: 'a' } } }),
  ],
  [
    'a property with anyOf',
    tool({ type: 'object', properties: { a: { anyOf: [{ type: 'string' }], description: 'a' } } }),
  ],
  ['a tool without properties', tool({ type: 'object', properties: {} })],
  ['a closed object', tool({ type: 'object', properties: {}, additionalProperties: false })],
]

describe.each(['rest', 'binding'] as const)('the %s front', (front) => {
  let emulator: Emulator

  beforeAll(async () => {
    emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
  })

  afterAll(() => emulator.close())

  test.each(refused)("refuses %s in the service's own words", async (_, inputs, message) => {
    const { status, body } = await call(emulator, front, inputs)
    expect(status).toBe(400)
    expect(body).toEqual(front === 'rest' ? overRest(message) : overBinding(message))
  })

  test.each(accepted)('accepts %s', async (_, inputs) => {
    const { status } = await call(emulator, front, inputs)
    expect(status).toBe(200)
  })
})

test('the 70B seed gives the same verdicts', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
  const model = '@cf/meta/llama-3.1-70b-instruct'
  const answers = await Promise.all(
    refused.map(async ([, inputs]) => (await call(emulator, 'rest', inputs, { model })).body),
  )
  expect(answers).toEqual(refused.map(([, , message]) => overRest(message)))
})

test('defaults reach the model source, and not the list of what arrived', async () => {
  const seen: object[] = []
  const model = script((request) => {
    seen.push(request.inputs)
    return { text: 'fine' }
  })
  await using emulator = await startEmulator({ model })
  await call(emulator, 'rest', { prompt: 'hello' })
  expect(seen).toEqual([
    { prompt: 'hello', raw: false, stream: false, max_tokens: 256, temperature: 0.6 },
  ])
  expect(emulator.requests[0]?.inputs).toEqual({ prompt: 'hello' })
})

test('models behind the OpenAI wire may be sent content that is null or in parts', async () => {
  await using emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
  const inputs = {
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
      { role: 'assistant', content: null },
    ],
  }
  const { status } = await call(emulator, 'rest', inputs, { model: '@cf/zai-org/glm-4.7-flash' })
  expect(status).toBe(200)
})
