import type { JsonSchema } from '@drover/core'
import { inputSchemaOf } from '../input-validation.ts'
import type { ModelEntry } from '../model-catalogue.ts'

/** What a model takes and what it gives. */
export interface ModelSchema {
  readonly input: JsonSchema
  readonly output: JsonSchema
}

/** The schemas of a model, as `GET …/ai/models/schema` answers: the input's is the one that is enforced here. */
export function toModelSchema(model: ModelEntry): ModelSchema {
  const whole = model.dialect === 'chat' ? completion : answer
  const stream = { type: 'string', contentType: 'text/event-stream', format: 'binary' }
  return { input: inputSchemaOf(model), output: { oneOf: [whole, stream] } }
}

const text: JsonSchema = { type: 'string' }
const number: JsonSchema = { type: 'number' }
const objects: JsonSchema = { type: 'array', items: { type: 'object' } }

const usage: JsonSchema = {
  type: 'object',
  properties: { prompt_tokens: number, completion_tokens: number, total_tokens: number },
}

const answer: JsonSchema = {
  type: 'object',
  contentType: 'application/json',
  properties: { response: text, usage, tool_calls: objects },
}

const completion: JsonSchema = {
  type: 'object',
  contentType: 'application/json',
  properties: { id: text, object: text, created: number, model: text, choices: objects, usage },
}
