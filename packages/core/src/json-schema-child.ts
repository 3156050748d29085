import { compilePattern } from './json-schema-limit.ts'
import { asList, isSchemaObject } from './json-schema-ref.ts'
import type { JsonSchema } from './json-schema.ts'
import { own } from './json.ts'
import { remembered } from './remembered.ts'

/** The items of a list by number, the properties of an object by name, nothing of anything else. */
export function childrenOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()]
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** What a schema says of one child: whatever stands where its schemas should, undefined where it says nothing. */
export function childSchemas(schema: JsonSchema, key: string | number): readonly unknown[] {
  if (typeof key === 'number') {
    // Positions stand in `items` in draft-07 and in `prefixItems` in 2020-12.
    const isOld = Array.isArray(schema.items)
    const positions = asList(isOld ? schema.items : schema['prefixItems'])
    const rest = isOld ? schema['additionalItems'] : schema.items
    return [key < positions.length ? positions[key] : rest]
  }
  const listed = listedSchemas(schema, key)
  return listed.length === 0 ? [schema['additionalProperties']] : listed
}

/** What a schema says of one property by its name: under the name itself, and under the patterns that it matches. */
export function listedSchemas(schema: JsonSchema, name: string): readonly unknown[] {
  const { properties, patternProperties: patterns } = schema
  const named = own(properties, name)
  const matching = isSchemaObject(patterns)
    ? compiled(patterns).filter(([expression]) => expression?.test(name) !== false)
    : []
  return [...(named === undefined ? [] : [named]), ...matching.map(([, inner]) => inner)]
}

const compiled = remembered((patterns: object) =>
  Object.entries(patterns).map(([pattern, inner]) => [compilePattern(pattern), inner] as const),
)
