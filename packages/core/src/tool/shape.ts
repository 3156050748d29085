import { jsonType } from '../json-schema-issue.ts'
import { type SchemaNode, isSchemaNode, isSchemaObject, resolveRef } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { DroverError } from '../errors.ts'
import { type Keywords, mergeKeywords } from './merge.ts'

/**
 * What a schema says of one place, in one form: references followed, `allOf` merged, `const` an `enum`, `oneOf` an
 * `anyOf`, draft-07 tuples as in 2020-12, `null` apart. Its children are schemas still.
 */
export interface Shape {
  /** The JSON types allowed beside `null`; undefined allows all of them. */
  readonly types: readonly string[] | undefined
  readonly isNullable: boolean
  /** Everything but types and alternatives. */
  readonly keywords: Keywords
  /** The alternatives, at least two, or none. */
  readonly members: readonly SchemaNode[]
  /** What must hold besides and could not be merged. */
  readonly leftovers: readonly JsonSchema[]
}

/** Gives the shape of a schema or of any part of it; each is worked out once. */
export type ShapeOf = (node: SchemaNode) => Shape

/**
 * Reads schemas whose references are local to `root`.
 * @throws DroverError `config.tool` (the reader does) at a reference that leads nowhere, in a circle or out of the schema.
 */
export function createShapes(root: SchemaNode): ShapeOf {
  const known = new Map<SchemaNode, Shape>()
  const shapeOf: ShapeOf = (node) => {
    const made = known.get(node)
    if (made !== undefined) return made
    // A union that holds itself adds nothing to itself.
    known.set(node, { ...ANYTHING, types: [], isNullable: false })
    const shape = toShape(flatten(root, node, []), shapeOf, root)
    known.set(node, shape)
    return shape
  }
  return shapeOf
}

/** True when nothing fits the schema. */
export function isNever({ types, isNullable }: Shape): boolean {
  return types?.length === 0 && !isNullable
}

/** The one JSON type, `number` for integers among numbers; undefined when there are several, any or none. */
export function singleType({ types }: Shape): string | undefined {
  return types?.length === 1 ? types[0] : undefined
}

const ANYTHING: Shape = {
  types: undefined,
  isNullable: true,
  keywords: {},
  members: [],
  leftovers: [],
}

const NAMES_OF_TYPES = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'null',
  'array',
  'object',
])

// What a schema without `type` means by its keywords.
const TYPE_OF_KEYWORD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    object:
      'properties required additionalProperties patternProperties propertyNames minProperties maxProperties',
    array: 'items prefixItems minItems maxItems uniqueItems contains',
    string: 'minLength maxLength pattern format contentEncoding',
    number: 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
  }).flatMap(([type, keywords]) => keywords.split(' ').map((keyword) => [keyword, type] as const)),
)

// Written in another keyword, or about documents rather than values.
const DROPPED = new Set(
  '$ref $schema $id $anchor $comment $defs definitions allOf oneOf const additionalItems readOnly writeOnly'.split(
    ' ',
  ),
)

interface Flat {
  readonly keywords: Keywords
  readonly leftovers: readonly JsonSchema[]
}

/** One set of keywords out of a schema, what it refers to and what it is an intersection of. */
function flatten(root: SchemaNode, node: SchemaNode, path: readonly string[]): Flat {
  if (typeof node === 'boolean') return { keywords: node ? {} : { not: {} }, leftovers: [] }
  const own: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) if (!DROPPED.has(key)) own[key] = value
  if (Object.hasOwn(node, 'const')) own['enum'] = [node['const']]
  if (typeof node.type === 'string') own['type'] = [node.type]
  if (Array.isArray(node.items)) {
    own['prefixItems'] = node.items
    own['items'] = node['additionalItems'] ?? true
  }
  const parts: Flat[] = []
  const ref = node['$ref']
  if (typeof ref === 'string') {
    const target = path.includes(ref) ? undefined : resolveRef(root, ref)
    if (target === undefined) {
      throw new DroverError(
        'config.tool',
        `expected every \`$ref\` to lead to a part of the same schema, got ${JSON.stringify(ref)}: inline what it refers to`,
      )
    }
    parts.push(flatten(root, target, [...path, ref]))
  }
  if (Array.isArray(node['oneOf']))
    parts.push({ keywords: { anyOf: node['oneOf'] }, leftovers: [] })
  const all: readonly unknown[] = Array.isArray(node['allOf']) ? node['allOf'] : []
  for (const part of all) if (isSchemaNode(part)) parts.push(flatten(root, part, path))
  return parts.reduce(mergeFlat, { keywords: own, leftovers: [] })
}

function mergeFlat(left: Flat, right: Flat): Flat {
  const { keywords, leftovers } = mergeKeywords(left.keywords, right.keywords)
  return { keywords, leftovers: [...left.leftovers, ...right.leftovers, ...leftovers] }
}

function toShape(flat: Flat, shapeOf: ShapeOf, root: SchemaNode): Shape {
  const { anyOf, ...rest } = flat.keywords
  if (!Array.isArray(anyOf)) return finish(flat, [], undefined, true)
  const members = anyOf.filter(isSchemaNode).flatMap((member) => alternatives(member, shapeOf))
  const shapes = members.map(shapeOf)
  const isNullable = shapes.some((shape) => shape.isNullable)
  const kept = members.filter((_, index) => shapes[index]?.types?.length !== 0)
  const base: Flat = { keywords: rest, leftovers: flat.leftovers }

  const [first] = kept
  if (kept.length === 1 && first !== undefined) {
    const merged = mergeFlat(base, flatten(root, first, []))
    const shape = toShape(merged, shapeOf, root)
    return { ...shape, isNullable: isNullable && finish(base, [], undefined, true).isNullable }
  }
  const keptShapes = kept.map(shapeOf)
  if (kept.length > 0 && keptShapes.every(isPlainEnum)) {
    const values = keptShapes.flatMap((shape) => shape.keywords.enum ?? [])
    const constants = [...new Set(isNullable ? [...values, null] : values)]
    const merged = mergeFlat(base, { keywords: { enum: constants }, leftovers: [] })
    return finish(merged, [], unionOfTypes(keptShapes), isNullable)
  }
  // An alternative that allows everything makes the others superfluous.
  if (keptShapes.some(isAnything)) return finish(base, [], undefined, isNullable)
  return finish(base, kept, unionOfTypes(keptShapes), isNullable)
}

/** A union within a union gives its own alternatives. */
function alternatives(member: SchemaNode, shapeOf: ShapeOf): readonly SchemaNode[] {
  const { members, keywords, leftovers, isNullable } = shapeOf(member)
  const isBare = Object.keys(keywords).length === 0 && leftovers.length === 0
  if (members.length === 0 || !isBare) return [member]
  return isNullable ? [...members, { type: 'null' }] : members
}

function isPlainEnum({ keywords }: Shape): boolean {
  return keywords.enum !== undefined && Object.keys(keywords).length === 1
}

function isAnything({ types, keywords, members, leftovers }: Shape): boolean {
  const isFree = types === undefined && members.length === 0 && leftovers.length === 0
  return isFree && Object.keys(keywords).every((key) => key === 'description')
}

function unionOfTypes(shapes: readonly Shape[]): readonly string[] | undefined {
  if (shapes.some(({ types }) => types === undefined)) return undefined
  return withoutIntegers(shapes.flatMap(({ types }) => types ?? []))
}

function withoutIntegers(types: readonly string[]): readonly string[] {
  const unique = [...new Set(types)]
  return unique.includes('number') ? unique.filter((type) => type !== 'integer') : unique
}

/** Works out types and null from what is left: `type`, the alternatives, the constants, the other keywords. */
function finish(
  flat: Flat,
  members: readonly SchemaNode[],
  memberTypes: readonly string[] | undefined,
  membersAllowNull: boolean,
): Shape {
  const { type, nullable, anyOf: _, ...rest } = flat.keywords
  const keywords: Keywords = rest
  const named: readonly string[] | undefined = Array.isArray(type) ? type : undefined
  for (const name of named ?? []) {
    if (!NAMES_OF_TYPES.has(name)) {
      throw new DroverError(
        'config.tool',
        `expected every \`type\` to be one of JSON's, such as "string" or "object", got ${JSON.stringify(name)}`,
      )
    }
  }
  const isImpossible =
    keywords['not'] === true ||
    (isSchemaObject(keywords['not']) && Object.keys(keywords['not']).length === 0)
  if (isImpossible) return { ...ANYTHING, types: [], isNullable: false, keywords }

  const { enum: values } = keywords
  const given = named?.filter((name) => name !== 'null') ?? typesOfValues(values)
  const meant = given ?? (memberTypes === undefined ? typesOfKeywords(keywords) : undefined)
  const types =
    memberTypes === undefined || meant === undefined
      ? (meant ?? memberTypes)
      : common(meant, memberTypes)
  // A type that only the other keywords tell of leaves no room for null, as its author would say.
  const namesNull = named === undefined ? given === meant : named.includes('null')
  const hasNull = values === undefined || values.includes(null)
  const isNullable = membersAllowNull && hasNull && (namesNull || nullable === true)
  const codec = codecOf(keywords)
  return {
    types:
      codec === undefined
        ? types && withoutIntegers(types)
        : [codec === 'date' ? 'string' : 'integer'],
    isNullable,
    keywords,
    members,
    leftovers: flat.leftovers,
  }
}

function typesOfValues(values: readonly unknown[] | undefined): readonly string[] | undefined {
  if (values === undefined) return undefined
  const types = values.map((value) => (Number.isInteger(value) ? 'integer' : jsonType(value)))
  return types.filter((type) => type !== 'null')
}

function typesOfKeywords(keywords: Keywords): readonly string[] | undefined {
  const types = Object.keys(keywords).flatMap((key) => TYPE_OF_KEYWORD.get(key) ?? [])
  return types.length === 0 ? undefined : [...new Set(types)]
}

function common(left: readonly string[], right: readonly string[]): readonly string[] {
  const fits = (type: string, types: readonly string[]): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'))
  return [
    ...new Set([
      ...left.filter((type) => fits(type, right)),
      ...right.filter((type) => fits(type, left)),
    ]),
  ]
}

/** How a value that JSON lacks is written: our own mark, set when the schema was converted. */
export function codecOf(keywords: Keywords): 'date' | 'bigint' | undefined {
  const mark = keywords['x-drover']
  const codec = isSchemaObject(mark) ? mark['codec'] : undefined
  return codec === 'date' || codec === 'bigint' ? codec : undefined
}
