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
  const { properties, patternProperties: patterns, additionalProperties } = schema
  const named = own(properties, key)
  const matching = isSchemaObject(patterns)
    ? compiled(patterns).filter(([expression]) => expression?.test(key) !== false)
    : []
  if (named === undefined && matching.length === 0) return [additionalProperties]
  return [named, ...matching.map(([, inner]) => inner)]
}

const compiled = remembered((patterns: object) =>
  Object.entries(patterns).map(([pattern, inner]) => [compilePattern(pattern), inner] as const),
)
