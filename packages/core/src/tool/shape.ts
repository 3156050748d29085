import { jsonType } from '../json-schema-issue.ts'
import { compilePattern, limitsOf } from '../json-schema-limit.ts'
import { type SchemaNode, asList, isSchemaObject, resolveRef } from '../json-schema-ref.ts'
import { defined } from '../defined.ts'
import { type Keywords, commonTypes, merge } from './merge.ts'
import { unlike } from './refusal.ts'

/**
 * What a schema says of one place, in one form: references followed, `allOf` merged, `const` an `enum`, `oneOf` an
 * `anyOf`, draft-07 tuples as in 2020-12, `null` apart. Its children are schemas still.
 */
export interface Shape {
  /** The JSON types allowed beside `null`; undefined allows all of them, an empty list none. */
  readonly types: readonly string[] | undefined
  readonly isNullable: boolean
  /** Everything but types and alternatives; in `allOf` what must hold besides and could not be merged. */
  readonly keywords: Keywords
  /** The alternatives, at least two, or none. */
  readonly members: readonly unknown[]
}

/** Gives the shape of a schema or of any part of it, each worked out once; what is no schema allows everything. */
export type ShapeOf = (node: unknown) => Shape

/**
 * Reads schemas whose references are local to `root`.
 * @throws DroverError `config.tool` (the reader does) at a reference that leads nowhere, in a circle or out of the schema,
 * at a `type` that is none of JSON's, and at a `pattern` that is no regular expression.
 */
export function createShapes(root: SchemaNode): ShapeOf {
  const known = new Map<unknown, Shape>()
  const shapeOf: ShapeOf = (node) => {
    let shape = known.get(node)
    if (shape === undefined) {
      // A union that holds itself adds nothing to itself.
      known.set(node, { types: [], isNullable: false, keywords: {}, members: [] })
      known.set(node, (shape = toShape(flatten(node, []))))
    }
    return shape
  }

  /** One set of keywords out of a schema, what it refers to and what it is an intersection of. */
  const flatten = (node: unknown, refs: readonly string[]): Keywords => {
    if (!isSchemaObject(node)) return node === false ? { type: [] } : {}
    const { $ref, const: constant, allOf, oneOf, nullable, additionalItems, ...own } = node
    const { type, items, properties } = own
    const isTuple = Array.isArray(items)
    const isNever = JSON.stringify(own['not']) === '{}'
    const keywords = defined({
      ...own,
      type: isNever
        ? []
        : type === undefined
          ? undefined
          : [type, nullable === true ? 'null' : []].flat(),
      enum: constant === undefined ? own.enum : [constant],
      prefixItems: isTuple ? items : own['prefixItems'],
      items: isTuple ? additionalItems : items,
      additionalProperties: own['additionalProperties'] ?? (properties && true),
    })
    check(keywords)

    const parts = asList(allOf).map((part) => flatten(part, refs))
    if (Array.isArray(oneOf)) parts.unshift({ anyOf: oneOf })
    if (typeof $ref === 'string') {
      const target = refs.includes($ref) ? undefined : resolveRef(root, $ref)
      if (target === undefined) {
        throw unlike(
          'every `$ref`',
          '`#/…`, leading to a part of the same schema',
          `"${$ref}": inline what it refers to`,
        )
      }
      parts.unshift(flatten(target, [...refs, $ref]))
    }
    return parts.reduce(merge, keywords)
  }

  const toShape = (given: Keywords): Shape => {
    const { anyOf, ...base } = given
    const nodes = asList(anyOf)
    const hasNull = nodes.some((node) => shapeOf(node).isNullable)
    const kept = nodes.filter((node) => shapeOf(node).types?.length !== 0)
    const shapes = kept.map(shapeOf)
    if (kept.length === 1) {
      const shape = toShape(merge(base, flatten(kept[0], [])))
      return { ...shape, isNullable: hasNull && base.type?.includes('null') !== false }
    }
    if (kept.length > 0 && shapes.every(isPlainEnum)) {
      const values = shapes.flatMap(({ keywords }) => keywords.enum ?? [])
      return toShape(merge(base, { enum: hasNull ? [...values, null] : values }))
    }

    const { type, ...keywords } = base
    const isOpen = nodes.length === 0 || shapes.some(({ types }) => types === undefined)
    const either = [...shapes.flatMap(({ types = [] }) => types), hasNull ? 'null' : []].flat()
    const named = commonTypes(type, keywords.enum?.map(typeOf))
    // A type that only the other keywords tell of leaves no room for null, as its author would say.
    const all = commonTypes(named, isOpen ? undefined : either) ?? meantBy(keywords)
    const types = all && new Set(all)
    if (types?.has('number')) types.delete('integer')
    return {
      types:
        keywords['x-drover'] === 'bigint'
          ? ['integer']
          : types && [...types].filter((name) => name !== 'null'),
      isNullable: all?.includes('null') !== false,
      keywords,
      // An alternative that allows everything makes the others superfluous.
      members: shapes.some(isAnything) ? [] : kept,
    }
  }
  return shapeOf
}

function isPlainEnum({ keywords, members }: Shape): boolean {
  return keywords.enum !== undefined && Object.keys(keywords).length === 1 && members.length === 0
}

function isAnything({ types, keywords, members }: Shape): boolean {
  return types === undefined && members.length === 0 && Object.keys(keywords).length === 0
}

function typeOf(value: unknown): string {
  return Number.isInteger(value) ? 'integer' : jsonType(value)
}

/** The types that the keywords are about; undefined where they are about none. */
function meantBy(keywords: Keywords): readonly string[] | undefined {
  const { properties, required, additionalProperties, patternProperties } = keywords
  const { items, prefixItems } = keywords
  const types = limitsOf(keywords).map(({ type }) => type)
  if ((properties ?? required ?? additionalProperties ?? patternProperties) !== undefined)
    types.push('object')
  if ((items ?? prefixItems) !== undefined) types.push('array')
  return types.length > 0 ? types : undefined
}

function check({ type = [], pattern = [], patternProperties = {} }: Keywords): void {
  const isType = /^(string|number|integer|boolean|null|array|object)$/
  for (const name of type) {
    if (!isType.test(name))
      throw unlike('every `type`', 'one of JSON, such as "object"', `"${name}"`)
  }
  for (const text of [pattern, Object.keys(Object(patternProperties))].flat().map(String)) {
    if (compilePattern(text) === undefined) {
      throw unlike('every `pattern`', 'a regular expression', `"${text}"`)
    }
  }
}
