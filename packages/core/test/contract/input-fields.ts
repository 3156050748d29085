import { generate, type GenerateOptions, type WireInputs } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { describeWeather, model, weather } from './subjects.ts'
import type { JsonObject, OpenScene } from './stage.ts'

type Fields = Partial<GenerateOptions>

interface Row {
  readonly field: string
  readonly given: Fields
  readonly wire: JsonObject
}

/** Both ends of each range of the seed model pages. */
const SAMPLING: readonly Row[] = [
  { field: 'max_tokens', given: { maxTokens: 1 }, wire: { max_tokens: 1 } },
  { field: 'max_tokens by default', given: {}, wire: { max_tokens: 2048 } },
  { field: 'temperature at its lowest', given: { temperature: 0 }, wire: { temperature: 0 } },
  { field: 'temperature at its highest', given: { temperature: 5 }, wire: { temperature: 5 } },
  { field: 'top_p', given: { topP: 0.95 }, wire: { top_p: 0.95 } },
  { field: 'top_p at its highest', given: { topP: 2 }, wire: { top_p: 2 } },
  { field: 'top_k at its lowest', given: { topK: 1 }, wire: { top_k: 1 } },
  { field: 'top_k at its highest', given: { topK: 50 }, wire: { top_k: 50 } },
  { field: 'seed at its lowest', given: { seed: 1 }, wire: { seed: 1 } },
  { field: 'seed at its highest', given: { seed: 9_999_999_999 }, wire: { seed: 9_999_999_999 } },
  {
    field: 'repetition_penalty',
    given: { repetitionPenalty: 1.1 },
    wire: { repetition_penalty: 1.1 },
  },
  {
    field: 'frequency_penalty',
    given: { frequencyPenalty: 0.5 },
    wire: { frequency_penalty: 0.5 },
  },
  { field: 'presence_penalty', given: { presencePenalty: 2 }, wire: { presence_penalty: 2 } },
]

const PROMPT: readonly Row[] = [
  {
    field: 'image as bytes',
    given: { image: new Uint8Array([0, 127, 255]) },
    wire: { image: [0, 127, 255] },
  },
  { field: 'image as numbers', given: { image: [1, 2, 3] }, wire: { image: [1, 2, 3] } },
  { field: 'image as a binary string', given: { image: 'GIF89a' }, wire: { image: 'GIF89a' } },
  { field: 'raw', given: { raw: true }, wire: { raw: true } },
  { field: 'raw switched off', given: { raw: false }, wire: { raw: false } },
  { field: 'lora', given: { lora: 'my-adapter' }, wire: { lora: 'my-adapter' } },
]

const code = { name: 'double', code: 'return n * 2' }
const MESSAGES: readonly Row[] = [
  {
    field: 'image as bytes',
    given: { image: new Uint8Array([0, 127, 255]).buffer },
    wire: { image: [0, 127, 255] },
  },
  { field: 'functions', given: { functions: [code] }, wire: { functions: [code] } },
  {
    field: 'flat tools',
    given: { tools: [weather], toolFormat: 'flat' },
    wire: { tools: [describeWeather] },
  },
  {
    field: 'wrapped tools',
    given: { tools: [weather], toolFormat: 'function' },
    wire: { tools: [{ type: 'function', function: describeWeather }] },
  },
]

/** A value out of the field's limits, and what the message says of it. */
const REFUSED: readonly (readonly [field: keyof GenerateOptions, value: unknown, says: string])[] =
  [
    ['maxTokens', 0, 'an integer of at least 1, got 0'],
    ['maxTokens', 2.5, 'an integer of at least 1, got 2.5'],
    ['maxTokens', '256', 'an integer of at least 1, got a string of 3 characters'],
    ['maxTokens', Number.NaN, 'an integer of at least 1, got NaN'],
    ['temperature', -0.1, 'a number from 0 to 5, got -0.1'],
    ['temperature', 5.1, 'a number from 0 to 5, got 5.1'],
    ['temperature', Number.NaN, 'a number from 0 to 5, got NaN'],
    ['topP', 2.1, 'a number from 0 to 2, got 2.1'],
    ['topP', null, 'a number from 0 to 2, got null'],
    ['topK', 0, 'an integer from 1 to 50, got 0'],
    ['topK', 51, 'an integer from 1 to 50, got 51'],
    ['seed', 0, 'an integer from 1 to 9999999999, got 0'],
    ['seed', 10_000_000_000, 'an integer from 1 to 9999999999, got 10000000000'],
    ['repetitionPenalty', Number.POSITIVE_INFINITY, 'a number from 0 to 2, got Infinity'],
    ['frequencyPenalty', -1, 'a number from 0 to 2, got -1'],
    ['presencePenalty', '1', 'a number from 0 to 2, got a string of 1 characters'],
  ]

/** Every field of both inputs of the seed model pages, as it arrives at the service. */
export function describeInputFields(open: OpenScene): void {
  const arrive = async (options: Fields): Promise<WireInputs | undefined> => {
    await using scene = await open(['ok'])
    await generate({ backend: scene.backend, model, ...options })
    return (await scene.requests())[0]?.inputs
  }

  describe('beside a prompt, what arrives is', () => {
    test.for([...SAMPLING, ...PROMPT])('$field', async ({ given, wire }) => {
      const inputs = await arrive({ prompt: 'Hi', ...given })
      expect(inputs).toEqual({ prompt: 'Hi', max_tokens: 2048, ...wire })
    })
  })

  describe('beside messages, what arrives is', () => {
    test.for([...SAMPLING, ...MESSAGES])('$field', async ({ given, wire }) => {
      const inputs = await arrive({ messages: 'Hi', ...given })
      const messages = [{ role: 'user', content: 'Hi' }]
      expect(inputs).toEqual({ messages, max_tokens: 2048, ...wire })
    })

    test('messages of every role', async () => {
      const inputs = await arrive({
        instructions: 'Be brief.',
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'user', content: 'And now?' },
        ],
      })
      expect(inputs?.messages).toEqual([
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'And now?' },
      ])
    })
  })

  describe('before any request it refuses', () => {
    test.for(REFUSED)('`%s` of %s', async ([field, value, says]) => {
      await using scene = await open(['Never.'])
      const call = generate({ backend: scene.backend, model, prompt: 'Hi', [field]: value })
      await expect(call).rejects.toMatchObject({
        code: 'config.invalid',
        message: `Expected \`${field}\` to be ${says}.`,
      })
      expect(await scene.requests()).toHaveLength(0)
    })
  })
}
