import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'
import { toDate } from './calendar.ts'
import type { Evidence } from './evidence.ts'
import { sampleText } from './sample-text.ts'
import { conforms } from './schema-check.ts'
import { typeOf, unionOf } from './schema-type.ts'
import { findSubject } from './subject.ts'

const MAX_DEPTH = 8
const MAX_ITEMS = 8

/**
 * A plausible value for an argument that must be there though the text says nothing of it; `undefined` where the
 * schema cannot be met by rules, such as a pattern nothing at hand matches.
 */
export function fallbackValue(
  name: string,
  schema: JsonValue,
  evidence: Evidence,
  depth = 0,
): JsonValue | undefined {
  if (schema === true) return 'unknown'
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return undefined
  const candidates = [...declared(schema), ...byType(name, schema, evidence, depth)]
  return candidates.find((candidate) => conforms(candidate, schema))
}

function declared(schema: JsonObject): readonly JsonValue[] {
  const lists = [ownValue(schema, 'enum'), ownValue(schema, 'examples')].flatMap((values) =>
    Array.isArray(values) ? values : [],
  )
  const single = [ownValue(schema, 'default'), ownValue(schema, 'const')]
  return [...single, ...lists].filter((value) => value !== undefined)
}

function byType(
  name: string,
  schema: JsonObject,
  evidence: Evidence,
  depth: number,
): readonly JsonValue[] {
  const union = unionOf(schema).flatMap((variant) => {
    const value = fallbackValue(name, variant, evidence, depth + 1)
    return value === undefined ? [] : [value]
  })
  if (union.length > 0) return union
  switch (typeOf(schema)) {
    case 'boolean':
      return [false, true]
    case 'integer':
    case 'number':
      return numbers(schema)
    case 'array':
      return [list(name, schema, evidence, depth)]
    case 'object':
      return [object(schema, evidence, depth)]
    case 'null':
      return [null]
    default:
      return texts(name, schema, evidence)
  }
}

function numbers(schema: JsonObject): readonly number[] {
  const bound = (keyword: string): number => limitOf(schema, keyword, Number.NaN)
  const step = bound('multipleOf')
  const low = Math.max(...[bound('minimum'), bound('exclusiveMinimum')].filter(Number.isFinite))
  const high = Math.min(...[bound('maximum'), bound('exclusiveMaximum')].filter(Number.isFinite))
  const base = [
    1,
    0,
    low,
    Math.ceil(low),
    Math.floor(low) + 1,
    high,
    Math.floor(high),
    Math.ceil(high) - 1,
    (low + high) / 2,
  ]
  const stepped = [
    step,
    Math.ceil(low / step) * step,
    (Math.floor(low / step) + 1) * step,
    Math.floor(high / step) * step,
  ]
  return [...base, ...stepped].filter(Number.isFinite)
}

function texts(name: string, schema: JsonObject, evidence: Evidence): readonly string[] {
  const { mentions, now } = evidence
  const { quoted, identifiers, names, paths, numbers: counted } = mentions
  const subject = findSubject(mentions)
  const sample = sampleText(name, now)
  const mentioned = [
    ...(subject === undefined ? [] : [subject]),
    ...quoted,
    ...identifiers,
    ...names.map((mention) => mention.name),
    ...paths,
    ...counted.map(({ written }) => written),
    mentions.text.slice(0, 200),
  ].filter((text) => text !== '')
  const samples = [
    'unknown',
    toDate(now),
    `${toDate(now)}T00:00:00Z`,
    '12:00:00',
    'someone@example.com',
    'https://example.com',
    '00000000-0000-4000-8000-000000000000',
    '127.0.0.1',
    'a',
    'A',
    '1',
    '',
  ]
  const all = [...(sample === undefined ? [] : [sample]), ...mentioned.slice(0, 20), ...samples]
  return [...all, ...all.map((text) => toLength(text, schema))]
}

function toLength(text: string, schema: JsonObject): string {
  const minimum = Math.min(limitOf(schema, 'minLength', 0), 10_000)
  const maximum = limitOf(schema, 'maxLength', Number.POSITIVE_INFINITY)
  const characters = [...text].slice(0, Math.max(0, maximum)).join('')
  return characters.padEnd(minimum, 'x')
}

function limitOf(schema: JsonObject, keyword: string, otherwise: number): number {
  const limit = ownValue(schema, keyword)
  return typeof limit === 'number' ? limit : otherwise
}

function list(name: string, schema: JsonObject, evidence: Evidence, depth: number): JsonValue {
  const items = ownValue(schema, 'prefixItems') ?? ownValue(schema, 'items') ?? true
  const count = Math.min(Math.max(0, limitOf(schema, 'minItems', 0)), MAX_ITEMS)
  const schemas = Array.isArray(items)
    ? items.slice(0, MAX_ITEMS)
    : Array.from({ length: count }, () => items)
  return schemas.flatMap((item) => {
    const value = fallbackValue(name, item, evidence, depth + 1)
    return value === undefined ? [] : [value]
  })
}

function object(schema: JsonObject, evidence: Evidence, depth: number): JsonValue {
  const properties = ownValue(schema, 'properties')
  const required = ownValue(schema, 'required')
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
  const filled = names.flatMap((name) => {
    const property = isJsonObject(properties) ? ownValue(properties, name) : undefined
    const value = fallbackValue(
      name,
      property ?? ownValue(schema, 'additionalProperties') ?? true,
      evidence,
      depth + 1,
    )
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(filled)
}
