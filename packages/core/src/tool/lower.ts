import { defined } from '../defined.ts'
import { type SchemaNode, asList, isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { own } from '../json.ts'
import { mergeAlternatives } from './alternatives.ts'
import { markMixed } from './mixed.ts'
import type { ToolParameters } from './parameters.ts'
import { refusal, unlike } from './refusal.ts'
import type { Shape, ShapeOf } from './shape.ts'
import { type Note, createWords, describe, nameInWords, useNotes } from './words.ts'

/** A schema in the form that Workers AI accepts, and what reading inputs needs to know of it. */
export interface Lowered {
  readonly parameters: ToolParameters
  /** The schema that `parameters` was made from: the given one, or one object in place of a union of objects. */
  readonly source: SchemaNode
  /** Whether some property has no single JSON type, so that a model sends it as JSON text. */
  readonly hasTexts: boolean
}

// A schema that refers to itself is written out so many times; fewer where that would be too much to send.
const LEVELS = [3, 2, 1]
const MAX_PARTS = 2_000
// Beside a `format`, a longer pattern says no more than the format does.
const MAX_PATTERN_CHARS = 60

/**
 * Rewrites an object schema so that every property, at every depth, has one string `type` and a `description`, which is
 * all that the model pages' own schema knows of a property. Other keywords stay where draft-07 and 2020-12 agree on them;
 * whatever they say, and whatever they cannot say, is also said in the description.
 *
 * - References are written out, `allOf` is merged, `oneOf` becomes `anyOf`, `const` an `enum`.
 * - A tuple becomes a list of any of its items' forms, with its positions in the description.
 * - `null` beside another type becomes `nullable: true`.
 * - A property of several types, or of any, becomes a `string` that holds JSON text. Where text is one of the types, only
 *   lists and objects are read from text: `"5"` stays the text it may have been meant as.
 * - A union of objects at the top becomes one object: see `mergeAlternatives`.
 *
 * @throws DroverError `config.tool` when the schema is not one of an object, or too large when written out.
 */
export function lowerSchema(schema: SchemaNode, shapeOf: ShapeOf): Lowered {
  const given = shapeOf(schema)
  const { types = ['any'], members } = given
  if (types.join() !== 'object') {
    const type = types.join(' or ') || 'null'
    throw unlike('`input`', 'the schema of an object', `the type ${type}: wrap it in an object`)
  }
  const source = members.length === 0 ? schema : mergeAlternatives(given, shapeOf)
  for (const levels of LEVELS) {
    const lowered = writeOut(source, members, levels, shapeOf)
    if (lowered !== undefined) return lowered
  }
  throw refusal(`expected a schema of at most ${MAX_PARTS} parts with its references written out`)
}

/** The schemas that a place stands in, outermost first, as text, and how they are called. */
type Path = readonly { readonly text: string; readonly name: string }[]

/** Undefined when it would be too much. `members` are the alternatives that `source` stands for. */
function writeOut(
  source: SchemaNode,
  members: readonly unknown[],
  levels: number,
  shapeOf: ShapeOf,
): Lowered | undefined {
  const words = createWords(shapeOf)
  let left = MAX_PARTS
  let hasTexts = false

  /** A property has one string type and a description; any other part has the types and the description it has. */
  const write: Write = (node, name, path, isProperty) => {
    const shape = shapeOf(node)
    const { types, isNullable, keywords } = shape
    const hasNull = isNullable && types?.length !== 0
    const use = useNotes(keywords)
    let type: string | readonly string[] | undefined =
      types?.length === 1 ? types[0] : shape.members.length > 0 ? undefined : types
    let sent: object = {}
    let notes: readonly Note[] = []
    if (types?.length === 0) {
      type = isNullable ? 'null' : isProperty ? 'string' : undefined
      notes = [isProperty && (isNullable ? 'always null' : 'leave this out')]
      if (!isNullable) sent = { not: {} }
    } else if (isProperty && types?.length !== 1) {
      hasTexts = true
      type = 'string'
      const isNoText = types?.includes('string') === false
      const way = isNoText
        ? 'send it as JSON text'
        : 'lists and objects as JSON text, anything else as it is'
      notes = [`allowed: ${words.type(node)}`, way, ...use]
      const { default: preset } = keywords
      sent = defined({ default: typeof preset === 'string' ? preset : JSON.stringify(preset) })
    } else {
      const text = JSON.stringify(node)
      const same = path.filter((place) => place.text === text)
      // With the budget spent nothing further is looked at: the result is thrown away.
      if (--left < 0 || same.length >= levels) {
        notes = [`same shape as ${same[0]?.name}`, isProperty && hasNull && 'or null']
      } else {
        if (isProperty) notes = [...words.notes(shape), ...use]
        sent = writeKeywords(
          shape,
          name,
          [...path, { text, name: `\`${name}\`` }],
          isProperty && hasNull,
        )
      }
    }
    const description = describe(keywords, isProperty ? nameInWords(name) : '', notes)
    const nullable = (isProperty && hasNull) || undefined
    const made = defined({ type, description, nullable, ...sent })
    if (isProperty && types?.length !== 1 && types?.length !== 0) return markMixed(made)
    return !isProperty && hasNull && types !== undefined
      ? { anyOf: [made, { type: 'null' }] }
      : made
  }

  const writeKeywords = (shape: Shape, name: string, path: Path, hasNull: boolean): object => {
    const { types, keywords } = shape
    const { format, items, prefixItems, additionalProperties: rest } = keywords
    const part = (node: unknown, of = name): JsonSchema => write(node, of, path, false)
    const inner = (node: unknown): JsonSchema | undefined =>
      isSchemaObject(node) && Object.keys(node).length > 0 ? part(node) : undefined
    const isSent = (pattern: unknown): boolean =>
      typeof pattern === 'string' && (format === undefined || pattern.length <= MAX_PATTERN_CHARS)

    const copied = Object.keys(keywords)
      .filter((key) => COPIED.test(key))
      .toSorted()
    const patterns = asList(keywords['allOf']).filter((each) => isSent(own(each, 'pattern')))
    const { type: _, ...names } = inner(keywords['propertyNames']) ?? {}
    // Positions are written differently in draft-07 and 2020-12, so a tuple is sent as a list of any of its forms.
    const positions = [...asList(prefixItems), ...(isSchemaObject(items) ? [items] : [])]
    const parts = positions.map((item) => part(item, `${name}[]`))
    const forms = [...new Map(parts.map((form) => [JSON.stringify(form), form])).values()]
    const constants = keywords.enum?.filter((value) => value !== null)
    const anyOf = shape.members.map((member) => part(member))
    if (hasNull && anyOf.length > 0) anyOf.push({ type: 'null' })
    return defined({
      ...Object.fromEntries(copied.map((key) => [key, keywords[key]])),
      enum: constants && [...constants, ...(hasNull ? [null] : [])],
      pattern:
        types?.includes('string') !== false && isSent(keywords['pattern'])
          ? keywords['pattern']
          : undefined,
      allOf: filled(patterns),
      // Without a schema for the rest, anything may follow the positions.
      items: items === undefined ? items : forms.length > 1 ? { anyOf: forms } : forms[0],
      maxItems:
        items === false
          ? Math.min(Number(keywords['maxItems'] ?? Infinity), parts.length)
          : keywords['maxItems'],
      properties: mapped(keywords.properties, (node, key) => write(node, key, path, true)),
      patternProperties: mapped(keywords['patternProperties'], part),
      required: filled(asList(keywords.required)),
      additionalProperties: rest === false ? rest : inner(rest),
      propertyNames: Object.keys(names).length > 0 ? names : undefined,
      anyOf: filled(anyOf),
    })
  }

  const shape = shapeOf(source)
  const { keywords } = shape
  const sent = writeKeywords(shape, '', [ROOT], false)
  if (left < 0) return undefined
  const notes = [...words.notes({ ...shape, members, isNullable: false }), ...useNotes(keywords)]
  const description = describe(keywords, '', notes)
  const parameters = {
    type: 'object' as const,
    ...defined({ description }),
    properties: {},
    ...sent,
  }
  return { parameters: deepFreeze(parameters), source, hasTexts }
}

type Write = (node: unknown, name: string, path: Path, isProperty: boolean) => JsonSchema

// How a part refers to the whole.
const ROOT = { text: JSON.stringify({ $ref: '#' }), name: 'the whole input' }

// Keywords that are sent as they are.
const COPIED =
  /^(title|default|examples|format|contentEncoding|uniqueItems|multipleOf|(min|max|exclusiveM).+)$/

function filled<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length > 0 ? list : undefined
}

function mapped(
  nodes: unknown,
  map: (node: unknown, key: string) => JsonSchema,
): Record<string, JsonSchema> | undefined {
  if (!isSchemaObject(nodes)) return undefined
  const entries = Object.entries(nodes)
  return Object.fromEntries(entries.map(([key, node]) => [key, map(node, key)]))
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null)
    Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
