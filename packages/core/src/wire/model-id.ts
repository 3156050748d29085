import { DroverError } from '../errors.ts'
import { kindOf } from '../option.ts'

// Segments that begin with a letter or digit: no empty one, no `.` or `..`, nothing that has a meaning in an address.
const MODEL_ID = /^@?[A-Za-z0-9][\w.@-]*(?:\/[A-Za-z0-9][\w.@-]*)*$/

/**
 * Checks that a model id is one that may stand unescaped in an address and in a header.
 * @throws DroverError `config.model`.
 */
export function checkModelId(model: unknown): asserts model is string {
  if (typeof model === 'string' && model.length <= 200 && MODEL_ID.test(model)) return
  throw new DroverError(
    'config.model',
    'Expected `model` to be a Workers AI model id such as `@cf/meta/llama-3.1-8b-instruct-fast`, ' +
      `got ${typeof model === 'string' ? JSON.stringify(model.slice(0, 100)) : kindOf(model)}.`,
  )
}
