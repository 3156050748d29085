import type { JsonValue } from '@drover/core'
import { validateJson } from '@drover/core/wire'
import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue, parseJson } from './json-object.ts'

/** What `response_format` holds an answer to. */
export interface WantedJson {
  /** `{}` where any JSON object will do. */
  readonly schema: JsonObject
}

/**
 * Reads `response_format`; `undefined` when the answer may be any text. OpenAI's `{ name, schema }` around the schema is
 * taken off.
 */
export function readWantedJson(inputs: JsonObject): WantedJson | undefined {
  const format = ownValue(inputs, 'response_format')
  const type = isJsonObject(format) ? ownValue(format, 'type') : undefined
  if (!isJsonObject(format) || (type !== 'json_schema' && type !== 'json_object')) return undefined
  const given = type === 'json_schema' ? ownValue(format, 'json_schema') : undefined
  if (!isJsonObject(given)) return { schema: {} }
  const wrapped = ownValue(given, 'schema')
  return { schema: isJsonObject(wrapped) && !Object.hasOwn(given, 'type') ? wrapped : given }
}

/** The answer's text as the JSON that was wanted, or `undefined` when it is not that. */
export function toWantedJson(text: string, { schema }: WantedJson): JsonValue | undefined {
  const value = parseJson(text)
  if (value === undefined) return undefined
  // Without a schema it must still be an object; a schema says itself what it wants.
  const wanted = Object.keys(schema).length > 0 ? schema : { type: 'object' }
  return validateJson(wanted, value).length === 0 ? value : undefined
}
