import { canonicalText } from '../json-schema-limit.ts'
import { type SchemaNode, asList, isSchemaObject } from '../json-schema-ref.ts'
import { own } from '../json.ts'

/** The keywords of one schema: `type` as a list, in `allOf` what could not be merged. */
export interface Keywords {
  readonly type?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: { readonly [name: string]: SchemaNode }
  readonly required?: readonly string[]
  readonly [keyword: string]: unknown
}

/** One set of keywords that means both. What one keyword cannot say, such as two patterns, stays in `allOf`. */
export function merge(left: Keywords, right: Keywords): Keywords {
  const made: Record<string, unknown> = { ...left }
  for (const [key, theirs] of Object.entries(right)) {
    const ours = own(left, key)
    const both = ours === undefined ? theirs : mergeValues(key, ours, theirs)
    if (both === undefined) made['allOf'] = [...asList(made['allOf']), { [key]: theirs }]
    else made[key] = both
  }
  return made
}

/** The types that both lists allow: of `number` and `integer` the integers. A missing list allows everything. */
export function commonTypes(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  if (left === undefined || right === undefined) return left ?? right
  const among = (types: readonly string[]) => (type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'))
  return [...new Set([...left.filter(among(right)), ...right.filter(among(left))])]
}

/** Undefined where no value of the keyword says both. */
function mergeValues(key: string, left: unknown, right: unknown): unknown {
  // The outer schema stands left: what it says of itself counts.
  if (/^(description|title|default|examples|deprecated|x-drover)$/.test(key)) return left
  if (typeof left === 'number' && typeof right === 'number') {
    if (/min/i.test(key)) return Math.max(left, right)
    if (/max/i.test(key)) return Math.min(left, right)
  }
  if (key === 'items') return intersection(left, right)
  // What one side would refuse of the other's properties is not what the makers of intersections mean.
  if (key === 'additionalProperties')
    return left === false ? right : right === false ? left : intersection(left, right)
  if (Array.isArray(left) && Array.isArray(right)) {
    if (key === 'type') return commonTypes(left, right)
    if (key === 'enum') return left.filter((value) => right.some((other) => isSame(value, other)))
    if (key === 'required' || key === 'allOf') return [...new Set<unknown>([...left, ...right])]
  }
  if (key === 'properties' && isSchemaObject(left) && isSchemaObject(right)) {
    const made: Record<string, unknown> = { ...left }
    for (const [name, schema] of Object.entries(right))
      made[name] = intersection(own(left, name) ?? true, schema)
    return made
  }
  return isSame(left, right) ? left : undefined
}

function intersection(left: unknown, right: unknown): unknown {
  if (left === true || isSame(left, right)) return right
  return right === true ? left : { allOf: [left, right] }
}

function isSame(left: unknown, right: unknown): boolean {
  return canonicalText(left) === canonicalText(right)
}
