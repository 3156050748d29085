import type { SchemaNode } from '../json-schema-ref.ts'
import { canonicalText } from '../json-schema-scalar.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Keywords } from './merge.ts'
import { type Shape, type ShapeOf, singleType } from './shape.ts'

/**
 * One object schema for a union of objects, which `parameters` cannot be: all properties side by side, required what every
 * alternative requires, and an `anyOf` of nothing but the differences. A property that several alternatives name may have
 * the form of each of them; one that only some name is typed for all, also where an alternative would have let anything pass.
 */
export function mergeAlternatives(union: Shape, shapeOf: ShapeOf): JsonSchema {
  const { anyOf: _, ...base } = union.keywords
  const sides = union.members.map((member) => keywordsOf(shapeOf(member), shapeOf))
  const names = new Set(sides.flatMap(({ properties = {} }) => Object.keys(properties)))
  const variants = new Map([...names].map((name) => [name, variantsOf(name, sides)]))

  const properties: Record<string, SchemaNode> = { ...base.properties }
  for (const [name, nodes] of variants) {
    const either = oneOrAny(nodes)
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    properties[name] = own === undefined ? either : { allOf: [own, either] }
  }
  const [first, ...others] = sides
  const common = (first?.required ?? []).filter((name) =>
    others.every(({ required }) => required?.includes(name) === true),
  )
  const differences = sides.map((side) => difference(side, variants, common, shapeOf))
  const isClosed = sides.every((side) => side['additionalProperties'] === false)
  return {
    ...base,
    type: 'object',
    properties,
    required: [...new Set([...(base.required ?? []), ...common])],
    ...(isClosed && { additionalProperties: false }),
    ...(union.leftovers.length > 0 && { allOf: union.leftovers }),
    // A side without differences accepts whatever the common part accepts.
    ...(differences.every((side) => Object.keys(side).length > 0) && { anyOf: differences }),
  }
}

function keywordsOf(shape: Shape, shapeOf: ShapeOf): Keywords {
  return shape.members.length === 0
    ? shape.keywords
    : shapeOf(mergeAlternatives(shape, shapeOf)).keywords
}

/** The different schemas that the sides have for one property. */
function variantsOf(name: string, sides: readonly Keywords[]): readonly SchemaNode[] {
  const nodes = new Map<string, SchemaNode>()
  for (const { properties = {} } of sides) {
    const node = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (node !== undefined) nodes.set(canonicalText(node), node)
  }
  return [...nodes.values()]
}

/** What one side says beyond the common part: its own variant of shared properties, and what it requires. */
function difference(
  side: Keywords,
  variants: ReadonlyMap<string, readonly SchemaNode[]>,
  common: readonly string[],
  shapeOf: ShapeOf,
): JsonSchema {
  const own = Object.entries(side.properties ?? {}).filter(([name]) => {
    const nodes = variants.get(name) ?? []
    // A property of several types travels as text, where a variant of one type would fit nothing.
    return nodes.length > 1 && singleType(shapeOf(oneOrAny(nodes))) !== undefined
  })
  const required = (side.required ?? []).filter((name) => !common.includes(name))
  if (own.length === 0 && required.length === 0) return {}
  return {
    type: 'object',
    ...(own.length > 0 && { properties: Object.fromEntries(own) }),
    ...(required.length > 0 && { required }),
  }
}

function oneOrAny(nodes: readonly SchemaNode[]): SchemaNode {
  const [only] = nodes
  return nodes.length === 1 && only !== undefined ? only : { anyOf: nodes }
}
