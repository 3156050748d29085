import { canonicalText } from '../json-schema-limit.ts'
import type { SchemaNode } from '../json-schema-ref.ts'
import { type Keywords, merge } from './merge.ts'
import type { Shape, ShapeOf } from './shape.ts'

/**
 * One object schema for a union of objects, which `parameters` cannot be: all properties side by side, required what every
 * alternative requires, and an `anyOf` of nothing but the differences. A property that several alternatives name may have
 * the form of each of them; one that only some name is typed for all, also where an alternative would have let anything pass.
 */
export function mergeAlternatives({ keywords, members }: Shape, shapeOf: ShapeOf): Keywords {
  const sides = members.map((member): Keywords => {
    const shape = shapeOf(member)
    return shape.members.length > 0
      ? shapeOf(mergeAlternatives(shape, shapeOf)).keywords
      : shape.keywords
  })
  // By property, the different schemas that the sides have for it.
  const variants = new Map<string, { anyOf: SchemaNode[] }>()
  for (const { properties = {} } of sides) {
    for (const [name, node] of Object.entries(properties)) {
      const { anyOf } = variants.get(name) ?? { anyOf: [] }
      const isNew = anyOf.every((other) => canonicalText(other) !== canonicalText(node))
      variants.set(name, { anyOf: isNew ? [...anyOf, node] : anyOf })
    }
  }
  const isCommon = (name: string): boolean =>
    sides.every(({ required }) => required?.includes(name) === true)
  const differs = ([name]: readonly [string, unknown]): boolean => {
    const variant = variants.get(name)
    // A property of several types travels as text, where a variant of one type would fit nothing.
    return variant?.anyOf[1] !== undefined && shapeOf(variant).types?.length === 1
  }
  const differences = sides.map(({ properties = {}, required = [] }) => ({
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).filter(differs)),
    required: required.filter((name) => !isCommon(name)),
  }))
  const isClosed = sides.every((side) => side['additionalProperties'] === false)
  return merge(keywords, {
    type: ['object'],
    properties: Object.fromEntries(variants),
    required: [...new Set(sides.flatMap(({ required = [] }) => required))].filter(isCommon),
    additionalProperties: !isClosed,
    // A side without differences accepts whatever the common part accepts.
    ...(differences.every(
      (side) => Object.keys(side.properties).length + side.required.length > 0,
    ) && { anyOf: differences }),
  })
}
