import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { seedInputSchema, seedToolSchemas } from '../src/index.ts'

const ajv = new Ajv({ strict: false, validateFormats: false })
const isFlat = ajv.compile(seedToolSchemas.flat)
const isFunction = ajv.compile(seedToolSchemas.function)
const isInput = ajv.compile(seedInputSchema)

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', description: 'City' } },
  required: ['city'],
}
const flat = { name: 'f', description: 'F', parameters }
const nested = { type: 'function', function: flat }

test('each branch takes its own format only', () => {
  expect([isFlat(flat), isFunction(flat)]).toEqual([true, false])
  expect([isFlat(nested), isFunction(nested)]).toEqual([false, true])
})

test.each([
  ['no description', { ...flat, description: undefined }],
  ['no parameters', { name: 'f', description: 'F' }],
  ['parameters without properties', { ...flat, parameters: { type: 'object' } }],
  [
    'a property without description',
    { ...flat, parameters: { type: 'object', properties: { a: { type: 'string' } } } },
  ],
  [
    'a property of two types',
    {
      ...flat,
      parameters: {
        type: 'object',
        properties: { a: { type: ['string', 'null'], description: 'a' } },
      },
    },
  ],
])('neither branch takes a tool with %s', (_, tool) => {
  const plain: object = JSON.parse(JSON.stringify(tool))
  expect(isFlat(plain)).toBe(false)
  expect(isFunction({ type: 'function', function: plain })).toBe(false)
})

test('holds every sampling field with the limits of the model pages', () => {
  const limits: readonly (readonly [string, number, number])[] = [
    ['temperature', 0, 5],
    ['top_p', 0, 2],
    ['top_k', 1, 50],
    ['seed', 1, 9_999_999_999],
    ['repetition_penalty', 0, 2],
    ['frequency_penalty', 0, 2],
    ['presence_penalty', 0, 2],
  ]
  for (const [field, low, high] of limits) {
    for (const base of [{ prompt: 'x' }, { messages: [] }]) {
      expect(isInput({ ...base, [field]: low })).toBe(true)
      expect(isInput({ ...base, [field]: high })).toBe(true)
      expect(isInput({ ...base, [field]: low - 1 })).toBe(false)
      expect(isInput({ ...base, [field]: high + 1 })).toBe(false)
    }
  }
})
