import { expect, test } from 'vitest'
import { script, startEmulator } from '../src/index.ts'
import type { Answer } from './client.ts'
import { call, errorOf, MODEL } from './client.ts'

const NATIVE = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const CHAT = '@cf/zai-org/glm-4.7-flash'

const json_schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
}
const bySchema = { prompt: 'where?', response_format: { type: 'json_schema', json_schema } }
const anyObject = { prompt: 'where?', response_format: { type: 'json_object' } }
const wrapped = {
  prompt: 'where?',
  response_format: { type: 'json_schema', json_schema: { name: 'place', schema: json_schema } },
}

async function ask(model: string, text: string, inputs: object): Promise<Answer> {
  await using emulator = await startEmulator({ model: script(() => ({ text })) })
  return await call(emulator, 'rest', inputs, { model })
}

test.each([bySchema, anyObject, wrapped])(
  'a native model gives the object itself',
  async (inputs) => {
    const { body } = await ask(NATIVE, '{"city":"Lisbon"}', inputs)
    expect(body.result.response).toEqual({ city: 'Lisbon' })
  },
)

test("a model behind OpenAI's dialect gives its text", async () => {
  const { body } = await ask(CHAT, '{"city":"Lisbon"}', wrapped)
  expect(body.result.choices[0]).toMatchObject({ message: { content: '{"city":"Lisbon"}' } })
})

test.each([
  ['no JSON', 'Lisbon', bySchema],
  ['JSON of another schema', '{"city":1}', bySchema],
  ['JSON of another schema in its wrapper', '{}', wrapped],
  ['a list where an object is wanted', '[]', anyObject],
  ['cut short', '{"city":"Lisbon"}', { ...bySchema, max_tokens: 2 }],
])('an answer that is %s is 5024', async (_, text, inputs) => {
  for (const model of [NATIVE, CHAT]) {
    expect(errorOf('rest', await ask(model, text, inputs))).toEqual({
      status: 400,
      code: 5024,
      message: "AiError: JSON Mode couldn't be met",
    })
  }
})

test('a model without JSON mode takes no notice', async () => {
  const { body } = await ask(MODEL, 'Lisbon', bySchema)
  expect(body.result.response).toBe('Lisbon')
})

test('the rehearsal answers with an object where one is wanted', async () => {
  await using emulator = await startEmulator()
  const { body } = await call(emulator, 'rest', anyObject, { model: NATIVE })
  expect(body.result.response).toEqual({ answer: expect.stringMatching(/rehearsal/) })
})

test.each([
  { tool_choice: 'any' },
  { tool_choice: { type: 'function' } },
  { tools: [{ type: 'function', function: { name: 'f', description: false, parameters: {} } }] },
])('the runner of a chat model refuses %j, that of Llama does not', async (extra) => {
  const inputs = { prompt: 'hello', ...extra }
  const refused = await ask(CHAT, 'fine', inputs)
  const id = refused.headers.get('cf-ai-req-id')
  expect(errorOf('rest', refused)).toEqual({
    status: 400,
    code: 8001,
    message: `AiError: AiError: Invalid input (${id})`,
  })
  expect((await ask(MODEL, 'fine', inputs)).status).toBe(200)
})

test.each(['auto', 'none', 'required', { type: 'function', function: { name: 'f' } }])(
  'a chat model takes %j as `tool_choice`',
  async (tool_choice) => {
    expect((await ask(CHAT, 'fine', { prompt: 'hello', tool_choice })).status).toBe(200)
  },
)
