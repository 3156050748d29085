import * as fc from 'fast-check'
import type { JsonSchema } from '../../src/json-schema.ts'

/** Values that a lowered schema accepts: the other direction of what the tests show. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const arbitrary = notNull(schema)
  return schema['nullable'] === true ? fc.oneof(arbitrary, fc.constant(null)) : arbitrary
}

function notNull(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { anyOf, ...base } = schema
  if (Array.isArray(anyOf)) {
    const members: readonly JsonSchema[] = anyOf
    return fc.oneof(...members.map((member) => notNull(combine(base, member))))
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const bounds = {
    ...between('min', schema['minLength'] ?? schema['minItems'], 'Length'),
    ...between('max', schema['maxLength'] ?? schema['maxItems'], 'Length'),
  }
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: least(schema), max: most(schema) })
    case 'number':
      return fc.double({
        noNaN: true,
        noDefaultInfinity: true,
        ...(least(schema) > -(2 ** 31) && { min: least(schema) }),
        ...(most(schema) < 2 ** 31 - 1 && { max: most(schema) }),
      })
    case 'string':
      return stringsOf(schema, bounds)
    case 'array':
      return fc.array(itemOf(schema.items), { maxLength: 3, ...bounds })
    default:
      return objectsOf(schema)
  }
}

function objectsOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {})
  const fixed = fc.record(
    Object.fromEntries(properties.map(([name, value]) => [name, itemOf(value)])),
    {
      requiredKeys: [...(schema.required ?? [])].filter((name) =>
        properties.some(([own]) => own === name),
      ),
    },
  )
  const rest = schema['additionalProperties']
  if (typeof rest !== 'object') return fixed
  const names = (schema['propertyNames'] as JsonSchema | undefined)?.enum?.map(String)
  const required = (schema.required ?? []).filter((name) =>
    properties.every(([own]) => own !== name),
  )
  const keys = names ?? [...required, 'p', 'q']
  const open = fc.record(Object.fromEntries(keys.map((key) => [key, itemOf(rest)])), {
    requiredKeys: required,
  })
  return fc.tuple(fixed, open).map(([left, right]) => ({ ...right, ...left }))
}

function stringsOf(schema: JsonSchema, bounds: object): fc.Arbitrary<unknown> {
  const { format, pattern } = schema
  const instant = fc.date({
    min: new Date('0001-01-01'),
    max: new Date('9999-12-31'),
    noInvalidDate: true,
  })
  if (format === 'date-time') return instant.map((value) => value.toISOString())
  if (format === 'date') return instant.map((value) => value.toISOString().slice(0, 10))
  if (format === 'ipv4') return fc.ipV4()
  if (typeof format === 'string') throw new Error(`no values for the format ${format}`)
  return typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : fc.string(bounds)
}

function itemOf(schema: unknown): fc.Arbitrary<unknown> {
  // An object where a schema stands is a schema.
  return typeof schema === 'object' ? valuesOf(schema as JsonSchema) : fc.constant(null)
}

/** An alternative beside the keywords it stands with. */
function combine(base: JsonSchema, member: JsonSchema): JsonSchema {
  const required = [...new Set([...(base.required ?? []), ...(member.required ?? [])])]
  const properties = { ...base.properties, ...member.properties }
  return { ...base, ...member, properties, required }
}

function between(end: 'min' | 'max', value: unknown, what: string): object {
  return typeof value === 'number' ? { [`${end}${what}`]: value } : {}
}

function least(schema: JsonSchema): number {
  const { minimum, exclusiveMinimum } = schema
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + 1
  return typeof minimum === 'number' ? minimum : -(2 ** 31)
}

function most(schema: JsonSchema): number {
  const { maximum, exclusiveMaximum } = schema
  if (typeof exclusiveMaximum === 'number') return exclusiveMaximum - 1
  return typeof maximum === 'number' ? maximum : 2 ** 31 - 1
}
