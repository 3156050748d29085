import { canonicalText } from '../json-schema-scalar.ts'
import { type SchemaNode, isSchemaNode, isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'

/** The keywords of one schema, its `type` as a list. */
export interface Keywords {
  readonly enum?: readonly unknown[]
  readonly properties?: { readonly [name: string]: SchemaNode }
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly prefixItems?: readonly SchemaNode[]
  readonly [keyword: string]: unknown
}

/**
 * One set of keywords that means both. What one keyword cannot say, such as two patterns, is left over on its own.
 * Where `additionalProperties` of one side would refuse the properties of the other, it is left out: that is what the
 * makers of intersections mean.
 */
export function mergeKeywords(
  left: Keywords,
  right: Keywords,
): { readonly keywords: Keywords; readonly leftovers: readonly JsonSchema[] } {
  const keywords: Record<string, unknown> = { ...left }
  const leftovers: JsonSchema[] = []
  for (const [key, value] of Object.entries(right)) {
    if (!Object.hasOwn(keywords, key)) {
      keywords[key] = value
      continue
    }
    const merged = mergeValue(key, keywords[key], value)
    if (merged === CONFLICT) leftovers.push({ [key]: value })
    else keywords[key] = merged
  }
  const isOpen = (side: Keywords): boolean =>
    side['additionalProperties'] === undefined && side.properties !== undefined
  if (keywords['additionalProperties'] === false && (isOpen(left) || isOpen(right))) {
    delete keywords['additionalProperties']
  }
  return { keywords, leftovers }
}

const CONFLICT = Symbol('conflict')

// The outer schema stands left: what it says of itself counts.
const FIRST_WINS = new Set([
  'description',
  'title',
  'default',
  'examples',
  'deprecated',
  'x-drover',
])

function mergeValue(key: string, left: unknown, right: unknown): unknown {
  if (FIRST_WINS.has(key) || canonicalText(left) === canonicalText(right)) return left
  if (typeof left === 'number' && typeof right === 'number') {
    if (/^(min|exclusiveMin)/.test(key)) return Math.max(left, right)
    if (/^(max|exclusiveMax)/.test(key)) return Math.min(left, right)
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    if (key === 'required') return [...new Set<unknown>([...left, ...right])]
    if (key === 'enum') return common(left, right)
    if (key === 'type') return common(withIntegers(left), withIntegers(right))
  }
  if (key === 'properties' && isSchemaObject(left) && isSchemaObject(right)) {
    return mergeProperties(left, right)
  }
  if (key === 'items' && isSchemaNode(left) && isSchemaNode(right)) return both(left, right)
  if (key === 'additionalProperties' && isSchemaNode(left) && isSchemaNode(right)) {
    return left === false ? right : right === false ? left : both(left, right)
  }
  if (key === 'uniqueItems' || key === 'nullable') return key === 'uniqueItems'
  return CONFLICT
}

function mergeProperties(left: JsonSchema, right: JsonSchema): Record<string, unknown> {
  const properties: Record<string, unknown> = { ...left }
  for (const [name, schema] of Object.entries(right)) {
    const other = Object.hasOwn(left, name) ? left[name] : undefined
    properties[name] = isSchemaNode(other) && isSchemaNode(schema) ? both(other, schema) : schema
  }
  return properties
}

function both(left: SchemaNode, right: SchemaNode): SchemaNode {
  if (left === true || canonicalText(left) === canonicalText(right)) return right
  return right === true ? left : { allOf: [left, right] }
}

function common(left: readonly unknown[], right: readonly unknown[]): readonly unknown[] {
  const texts = new Set(right.map(canonicalText))
  return left.filter((value) => texts.has(canonicalText(value)))
}

/** Every integer is a number: `["number"]` and `["integer"]` have the integers in common. */
function withIntegers(types: readonly unknown[]): readonly unknown[] {
  return types.includes('number') ? [...types, 'integer'] : types
}
