import * as fc from 'fast-check'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { JsonValue } from '../../src/message.ts'
import { foldName } from '../../src/nearest.ts'
import { isSlip } from '../../src/tool/match-name.ts'

/** A schema and a value that fits it. */
export interface Sample {
  readonly schema: JsonSchema
  readonly value: JsonValue
}

type Node = JsonSchema & { readonly type: string }

const word = fc.stringMatching(/^[a-z]{2,8}(_[a-z]{2,8})?$/)

/** Names that no other of them could be taken for, and no wrapper. */
const names = fc
  .uniqueArray(word, { maxLength: 4, selector: foldName })
  .filter((all) => all.every((a) => all.every((b) => a === b || !isSlip(a, b))))
  .filter((all) => all.every((name) => !/^(arg|param|input|kwargs|propert|tool|action)/.test(name)))

const { node } = fc.letrec<{ node: Node; leaf: Node; list: Node; object: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(
    fc.constantFrom<Node>(
      { type: 'string' },
      { type: 'integer' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'integer', nullable: true },
      { type: 'string', format: 'date' },
      { type: 'string', minLength: 1 },
    ),
    fc
      .uniqueArray(word, { minLength: 1, maxLength: 4, selector: foldName })
      .map((values): Node => ({ type: 'string', enum: values })),
  ),
  list: tie('node').map((items): Node => ({ type: 'array', items })),
  object: objectOf(tie('node')),
}))

function objectOf(property: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  return names.chain((keys) =>
    fc
      .tuple(fc.tuple(...keys.map(() => property)), fc.subarray(keys), fc.boolean())
      .map(([schemas, required, isClosed]): Node => ({
        type: 'object',
        properties: Object.fromEntries(keys.map((key, index) => [key, schemas[index] ?? {}])),
        required,
        ...(isClosed && { additionalProperties: false }),
      })),
  )
}

/** Schemas of objects, up to three levels deep. */
export const parameters: fc.Arbitrary<JsonSchema> = objectOf(node)

/** Schemas with what says nothing for certain: alternatives, intersections, no type. */
export const vagueSchema: fc.Arbitrary<JsonSchema> = fc.oneof(
  node,
  fc.tuple(node, node).map(([a, b]): JsonSchema => ({ anyOf: [a, b, { type: 'null' }] })),
  fc.tuple(node, node).map(([a, b]): JsonSchema => ({ oneOf: [a, b] })),
  fc.tuple(parameters, parameters).map(([a, b]): JsonSchema => ({ allOf: [a, b] })),
  node.map((a): JsonSchema => ({ type: 'object', additionalProperties: a })),
  node.map((a): JsonSchema => ({ $ref: '#/$defs/a', $defs: { a } })),
  fc.constant<JsonSchema>({ type: ['integer', 'boolean', 'null'] }),
  fc.constant<JsonSchema>({}),
)

export const sample: fc.Arbitrary<Sample> = parameters.chain((schema) =>
  valueOf(schema).map((value) => ({ schema, value })),
)

const number = fc
  .oneof(fc.integer(), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
  .map((value) => (value === 0 ? 0 : value))

/** Values that fit a schema of this file. */
function valueOf(schema: unknown): fc.Arbitrary<JsonValue> {
  const { type, items, properties = {}, required = [], ...rest } = schema as JsonSchema // made above
  if (rest.enum !== undefined) return fc.constantFrom(...rest.enum.map(String))
  if (rest['format'] === 'date') {
    return fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
  }
  if (type === 'string') return fc.string({ minLength: rest['minLength'] === 1 ? 1 : 0 })
  if (type === 'boolean') return fc.boolean()
  if (type === 'number') return number
  if (type === 'integer') return rest['nullable'] === true ? fc.option(fc.integer()) : fc.integer()
  if (type === 'array') return fc.array(valueOf(items), { maxLength: 3 })
  const parts = Object.entries(properties).map(([key, part]) => [key, valueOf(part)] as const)
  return fc.record(Object.fromEntries(parts), { requiredKeys: [...required] })
}
