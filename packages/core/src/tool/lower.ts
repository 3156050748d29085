import { DroverError } from '../errors.ts'
import { type SchemaNode, isSchemaNode, isSchemaObject } from '../json-schema-ref.ts'
import { compilePattern } from '../json-schema-scalar.ts'
import type { JsonSchema } from '../json-schema.ts'
import { mergeAlternatives } from './alternatives.ts'
import { markMixed } from './mixed.ts'
import type { ToolParameters } from './parameters.ts'
import { type Shape, type ShapeOf, codecOf, isNever, singleType } from './shape.ts'
import { type Words, createWords, nameInWords } from './words.ts'

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
const MAX_NODES = 2_000

// How a part refers to the whole.
const ROOT = { text: JSON.stringify({ $ref: '#' }), name: 'the whole input' }

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
  if (singleType(given) !== 'object') {
    const type =
      given.types === undefined ? 'no type' : `the type ${given.types.join(' or ') || 'null'}`
    throw refusal(
      `expected \`input\` to be the schema of an object, got ${type}: wrap it in an object`,
    )
  }
  const words = createWords(shapeOf)
  const source = given.members.length === 0 ? schema : mergeAlternatives(given, shapeOf)
  const union = given.members.map(words.type).join(' | ')
  for (const levels of LEVELS) {
    const state: State = { shapeOf, words, levels, left: MAX_NODES, hasTexts: false }
    const shape = shapeOf(source)
    const { keywords } = shape
    const { properties, ...rest } = lowerKeywords(state, shape, [ROOT])
    if (state.left < 0) continue
    const notes = words.notes({ ...shape, members: [], isNullable: false })
    const description = sentences(keywords['description'], union && `One of: ${union}.`, ...notes)
    return {
      parameters: deepFreeze({
        type: 'object' as const,
        ...(description !== '' && { description }),
        properties: properties ?? {},
        ...rest,
      }),
      source,
      hasTexts: state.hasTexts,
    }
  }
  throw refusal(
    `expected a schema of at most ${MAX_NODES} parts when its references are written out, got more`,
  )
}

interface State {
  readonly shapeOf: ShapeOf
  readonly words: Words
  readonly levels: number
  left: number
  hasTexts: boolean
}

/** The schemas that a place stands in, outermost first, as text. */
type Path = readonly { readonly text: string; readonly name: string }[]

/** What is sent of a schema beside `type` and `description`. */
interface Sent {
  enum?: readonly unknown[]
  properties?: Record<string, JsonSchema>
  required?: readonly string[]
  items?: JsonSchema
  [keyword: string]: unknown
}

/** A property: one string type, one description. */
function lowerProperty(state: State, node: SchemaNode, name: string, path: Path): JsonSchema {
  const shape = state.shapeOf(node)
  const { keywords, isNullable, types } = shape
  const about = keywords['description'] ?? nameInWords(name)
  if (isNever(shape))
    return { type: 'string', description: sentences(about, 'Leave this out.'), not: {} }
  if (types?.length === 0) return { type: 'null', description: sentences(about, 'Always null.') }
  const type = singleType(shape)
  const notes = state.words.notes(shape)
  if (type === undefined) {
    state.hasTexts = true
    const { default: preset } = keywords
    const mayBeText = types === undefined || types.includes('string')
    const way = mayBeText
      ? 'Lists and objects as JSON text, anything else as it is'
      : 'Send it as JSON text'
    const allowed = `Allowed: ${state.words.type(node)}. ${way}.`
    // The notes on null and on alternatives would say again what the type says.
    const others = notes.filter((note) => /^(Default|For example|Deprecated)/.test(note))
    return markMixed({
      type: 'string',
      description: sentences(about, allowed, ...others),
      ...(isNullable && { nullable: true }),
      ...(preset !== undefined && {
        default: typeof preset === 'string' ? preset : JSON.stringify(preset),
      }),
    })
  }
  const inner = enter(state, node, name, path)
  const nullable = isNullable && { nullable: true }
  if (typeof inner === 'string') {
    const note = `Same shape as ${inner}.${isNullable ? ' Or null.' : ''}`
    return { type, description: sentences(about, note), ...nullable }
  }
  const sent = lowerKeywords(state, shape, inner)
  if (isNullable && sent.enum !== undefined) sent.enum = [...sent.enum, null]
  if (isNullable && Array.isArray(sent['anyOf']))
    sent['anyOf'] = [...sent['anyOf'], { type: 'null' }]
  return { type, description: sentences(about, ...notes), ...nullable, ...sent }
}

/** A schema where no `type` is asked for: an item, a value of a record, an alternative. */
function lowerPart(state: State, node: SchemaNode, name: string, path: Path): JsonSchema {
  const shape = state.shapeOf(node)
  const { keywords, members, isNullable, types } = shape
  if (isNever(shape)) return { not: {} }
  if (types?.length === 0) return { type: 'null' }
  const type = singleType(shape) ?? (members.length === 0 ? types : undefined)
  const inner = enter(state, node, name, path)
  const about = keywords['description']
  const description =
    typeof inner === 'string' ? sentences(about, `Same shape as ${inner}.`) : sentences(about)
  const sent: JsonSchema = {
    ...(type !== undefined && { type }),
    ...(description !== '' && { description }),
    ...(typeof inner !== 'string' && lowerKeywords(state, shape, inner)),
  }
  return isNullable && types !== undefined ? { anyOf: [sent, { type: 'null' }] } : sent
}

/** One level further in; the name of the place it repeats when the schema was written out often enough. */
function enter(state: State, node: SchemaNode, name: string, path: Path): Path | string {
  state.left -= 1
  const text = JSON.stringify(node)
  const same = path.filter((place) => place.text === text)
  // With the budget spent nothing further is looked at: the result is thrown away.
  if (same.length >= state.levels || state.left < 0) return same[0]?.name ?? 'its parent'
  return [...path, { text, name: `\`${name}\`` }]
}

// Keywords that are sent as they are.
const COPIED = (
  'title default examples format contentEncoding minLength maxLength minimum maximum exclusiveMinimum ' +
  'exclusiveMaximum multipleOf uniqueItems minProperties maxProperties minItems maxItems pattern'
).split(' ')

function lowerKeywords(state: State, shape: Shape, path: Path): Sent {
  const { keywords, members, types } = shape
  const sent: Sent = {}
  const codec = codecOf(keywords)
  if (codec === 'date') sent['format'] = 'date-time'
  if (keywords.enum !== undefined) sent.enum = keywords.enum.filter((value) => value !== null)
  for (const key of COPIED) {
    const value = keywords[key]
    if (value !== undefined && !(key === 'pattern' && codec !== undefined)) sent[key] = value
  }
  const patterns = shape.leftovers.filter(isCopied)
  if (patterns.length > 0) sent['allOf'] = patterns
  for (const part of [keywords, ...patterns]) checkPattern(part['pattern'])

  if (types?.includes('object') !== false) lowerObject(state, shape, path, sent)
  if (types?.includes('array') !== false) lowerItems(state, shape, path, sent)
  if (members.length > 0) {
    sent['anyOf'] = members.map((member) => lowerPart(state, member, nameOf(path), path))
  }
  return sent
}

function lowerObject(state: State, { keywords }: Shape, path: Path, sent: Sent): void {
  const { properties, required, additionalProperties: rest, propertyNames: names } = keywords
  const part = (node: SchemaNode): JsonSchema => lowerPart(state, node, nameOf(path), path)
  if (properties !== undefined) {
    sent.properties = Object.fromEntries(
      Object.entries(properties).map(([name, node]) => [
        name,
        lowerProperty(state, node, name, path),
      ]),
    )
  }
  if (required !== undefined && required.length > 0) sent.required = required
  if (rest === false) sent['additionalProperties'] = false
  if (isSchemaObject(rest) && Object.keys(rest).length > 0)
    sent['additionalProperties'] = part(rest)
  if (isSchemaObject(names)) {
    const sentNames = part(names)
    if (Object.keys(sentNames).some((key) => key !== 'type')) sent['propertyNames'] = sentNames
  }
  if (isSchemaObject(keywords['patternProperties'])) {
    const entries = Object.entries(keywords['patternProperties'])
    for (const [pattern] of entries) checkPattern(pattern)
    sent['patternProperties'] = Object.fromEntries(
      entries.flatMap(([pattern, node]) => (isSchemaNode(node) ? [[pattern, part(node)]] : [])),
    )
  }
}

/** Positions are written differently in draft-07 and 2020-12, so a tuple is sent as a list of any of its forms. */
function lowerItems(state: State, { keywords }: Shape, path: Path, sent: Sent): void {
  const { prefixItems, items } = keywords
  if (prefixItems === undefined && items === undefined) return
  const isClosed = items === false
  const nodes = [...(prefixItems ?? []), ...(isClosed || items === undefined ? [] : [items])]
  const parts = nodes.map((node) => lowerPart(state, node, `${nameOf(path)}[]`, path))
  const forms = [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()]
  // Without a schema for the rest, anything may follow the positions.
  const isOpen = prefixItems !== undefined && items === undefined
  const [only] = forms
  if (!isOpen && forms.length > 0)
    sent.items = forms.length === 1 && only !== undefined ? only : { anyOf: forms }
  if (isClosed) sent['maxItems'] = Math.min(Number(sent['maxItems'] ?? Infinity), nodes.length)
}

function nameOf(path: Path): string {
  return path.at(-1)?.name.replaceAll('`', '') ?? ''
}

function isCopied(part: JsonSchema): boolean {
  return Object.keys(part).every((key) => COPIED.includes(key))
}

function checkPattern(pattern: unknown): void {
  if (typeof pattern === 'string' && compilePattern(pattern) === undefined) {
    throw refusal(
      `expected every \`pattern\` to be a regular expression, got ${JSON.stringify(pattern)}`,
    )
  }
}

/** Texts as one, each ended with a full stop where another follows. */
function sentences(...texts: readonly unknown[]): string {
  return texts
    .filter((text) => typeof text === 'string' && text.trim() !== '')
    .map((text, index, all) =>
      index < all.length - 1 && !/[.!?:]$/.test(String(text).trim())
        ? `${String(text).trim()}.`
        : String(text).trim(),
    )
    .join(' ')
}

function refusal(message: string): DroverError {
  return new DroverError('config.tool', message)
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
