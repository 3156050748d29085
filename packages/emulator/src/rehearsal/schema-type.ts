import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'

/** The JSON type a schema asks for; of several the first that is not `null`; guessed from its keywords where none stands. */
export function typeOf(schema: JsonObject): string | undefined {
  const type = ownValue(schema, 'type')
  if (typeof type === 'string') return type
  if (Array.isArray(type)) {
    const names = type.filter((name) => typeof name === 'string')
    return names.find((name) => name !== 'null') ?? names[0]
  }
  if (ownValue(schema, 'properties') !== undefined) return 'object'
  return ownValue(schema, 'items') === undefined ? undefined : 'array'
}

/** The members of a union, each with what stands beside the union; empty where there is none. */
export function unionOf(schema: JsonObject): readonly JsonObject[] {
  const { anyOf, oneOf, ...beside } = schema
  const members = anyOf ?? oneOf
  if (!Array.isArray(members)) return []
  return members.filter(isJsonObject).map((member) => merge(beside, member))
}

/** The properties of an object schema with whether each is required; those of `allOf` too. */
export function propertiesOf(
  schema: JsonObject,
): readonly { readonly name: string; readonly schema: JsonValue; readonly required: boolean }[] {
  const all = ownValue(schema, 'allOf')
  const whole = Array.isArray(all) ? all.filter(isJsonObject).reduce(merge, schema) : schema
  const properties = ownValue(whole, 'properties')
  const required = ownValue(whole, 'required')
  const names: readonly JsonValue[] = Array.isArray(required) ? required : []
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, property]) => ({
    name,
    schema: property,
    required: names.includes(name),
  }))
}

function merge(left: JsonObject, right: JsonObject): JsonObject {
  const properties = [ownValue(left, 'properties'), ownValue(right, 'properties')].filter(
    isJsonObject,
  )
  const required = [ownValue(left, 'required'), ownValue(right, 'required')].flatMap((names) =>
    Array.isArray(names) ? names : [],
  )
  return {
    ...left,
    ...right,
    ...(properties.length === 0
      ? {}
      : { properties: Object.fromEntries(properties.flatMap((map) => Object.entries(map))) }),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  }
}
