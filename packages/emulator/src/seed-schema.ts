import type { JsonSchema } from '@drover/core'

const text: JsonSchema = { type: 'string' }

const number = (minimum: number, maximum: number): JsonSchema => ({
  type: 'number',
  minimum,
  maximum,
})

const integer = (minimum: number, maximum: number): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum,
})

const flag: JsonSchema = { type: 'boolean', default: false }

const image: JsonSchema = {
  oneOf: [
    { type: 'array', items: { type: 'number' } },
    { type: 'string', format: 'binary' },
  ],
}

const sampling = {
  max_tokens: { type: 'integer', default: 256 },
  temperature: { ...number(0, 5), default: 0.6 },
  top_p: number(0, 2),
  top_k: integer(1, 50),
  seed: integer(1, 9_999_999_999),
  repetition_penalty: number(0, 2),
  frequency_penalty: number(0, 2),
  presence_penalty: number(0, 2),
} as const satisfies { readonly [name: string]: JsonSchema }

// The one place that looks into a tool's parameters, and no deeper than this: each entry needs a type and a description.
const parameters: JsonSchema = {
  type: 'object',
  properties: {
    type: text,
    required: { type: 'array', items: text },
    properties: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { type: text, description: text },
        required: ['type', 'description'],
      },
    },
  },
  required: ['type', 'properties'],
}

const describedFunction: JsonSchema = {
  properties: { name: text, description: text, parameters },
  required: ['name', 'description', 'parameters'],
}

/**
 * What the two seed models accept as one entry of `tools`: `flat` is `{ name, description, parameters }`, `function`
 * is `{ type, function: { … } }`.
 * @see https://developers.cloudflare.com/workers-ai/models/llama-3.1-8b-instruct-fast/
 */
export const seedToolSchemas: { readonly flat: JsonSchema; readonly function: JsonSchema } = {
  flat: { type: 'object', ...describedFunction },
  function: {
    type: 'object',
    properties: { type: text, function: { type: 'object', ...describedFunction } },
    required: ['type', 'function'],
  },
}

/**
 * The input schema of `@cf/meta/llama-3.1-8b-instruct-fast` and `@cf/meta/llama-3.1-70b-instruct`, as published on
 * their model pages: a prompt or a conversation, never both. The order of the properties is the service's own; it
 * decides which of several faults is reported.
 * @see https://developers.cloudflare.com/workers-ai/models/llama-3.1-70b-instruct/
 */
export const seedInputSchema: JsonSchema = inputSchema({
  type: 'object',
  properties: { role: text, content: { type: 'string', maxLength: 131_072 } },
  required: ['role', 'content'],
})

/** For the models behind OpenAI's wire, whose messages may carry parts or nothing as `content`. */
export const chatInputSchema: JsonSchema = inputSchema({
  type: 'object',
  properties: { role: text },
  required: ['role'],
})

function inputSchema(message: JsonSchema): JsonSchema {
  return {
    type: 'object',
    oneOf: [
      {
        title: 'Prompt',
        properties: {
          prompt: { type: 'string', minLength: 1, maxLength: 131_072 },
          image,
          raw: flag,
          stream: flag,
          ...sampling,
          lora: text,
        },
        required: ['prompt'],
      },
      {
        title: 'Messages',
        properties: {
          messages: { type: 'array', items: message },
          image,
          functions: {
            type: 'array',
            items: {
              type: 'object',
              properties: { name: text, code: text },
              required: ['name', 'code'],
            },
          },
          tools: {
            type: 'array',
            items: { type: 'object', oneOf: [seedToolSchemas.flat, seedToolSchemas.function] },
          },
          stream: flag,
          ...sampling,
        },
        required: ['messages'],
      },
    ],
  }
}
