import { type SchemaNode, isSchemaNode, isSchemaObject } from '../json-schema-ref.ts'
import { type Shape, type ShapeOf, codecOf, isNever } from './shape.ts'

/** Says of a schema, in a few words, what its `type` and `description` alone would not. */
export interface Words {
  /** What holds for the value itself, as sentences: `One of: "a", "b".`, `1 to 10.`, `Default: 4.` */
  readonly notes: (shape: Shape) => readonly string[]
  /** The whole shape in the notation of TypeScript's types: `{ a: string, b?: integer (1 to 10) }[]`. */
  readonly type: (node: SchemaNode) => string
}

/** How often a schema that refers to itself is written out, and how long texts may get. */
const MAX_LEVELS = 1
const MAX_CHARS = 4_000
const MAX_PATTERN_CHARS = 120

// Keywords that no other words tell of; they hold all the same.
const OTHERS =
  'not if then else contains minContains maxContains dependentRequired dependentSchemas dependencies unevaluatedProperties unevaluatedItems anyOf'.split(
    ' ',
  )

export function createWords(shapeOf: ShapeOf): Words {
  const typeText = (node: SchemaNode, path: readonly string[]): string => {
    const key = JSON.stringify(node)
    if (path.filter((seen) => seen === key).length >= MAX_LEVELS) return '…'
    const shape = shapeOf(node)
    const inside = (child: SchemaNode): string => typeText(child, [...path, key])
    const text = bareText(shape, inside)
    return shape.isNullable && shape.types !== undefined && !/\bnull$/.test(text)
      ? [text, 'null'].filter((part) => part !== 'never').join(' | ')
      : text
  }
  const type = (node: SchemaNode): string => shorten(typeText(node, []), MAX_CHARS)
  return { type, notes: (shape) => notesOf(shape, type) }
}

/** A name as words: `cityName` and `city_name` are "City name". */
export function nameInWords(name: string): string {
  const words = name
    .replaceAll(
      /([\p{Ll}\d])(\p{Lu})/gu,
      (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
    )
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()
  return words === '' ? 'A value' : words.charAt(0).toUpperCase() + words.slice(1)
}

/** Text of at most `max` characters, with a mark where it was cut. */
export function shorten(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text
}

function notesOf(shape: Shape, type: (node: SchemaNode) => string): readonly string[] {
  const { keywords, members, types, isNullable } = shape
  const notes: string[] = []
  if (members.length > 0) notes.push(`one of: ${members.map(type).join(' | ')}`)
  else if (keywords.enum !== undefined) {
    const values = keywords.enum.filter((value) => value !== null)
    notes.push(`${values.length === 1 ? 'always' : 'one of:'} ${constants(values, ', ')}`)
  }
  if (types?.includes('array') === true) {
    const positions = keywords.prefixItems?.map((item, index) => `${index + 1}. ${type(item)}`)
    if (positions !== undefined) notes.push(`items in order: ${positions.join(', ')}`)
    if (isSchemaObject(keywords.items)) {
      notes.push(`${positions === undefined ? 'each item' : 'then'}: ${type(keywords.items)}`)
    }
  }
  if (types?.includes('object') === true) notes.push(...objectNotes(shape, type))
  notes.push(...limits(shape))
  if (isNullable && types !== undefined && types.length > 0) notes.push('or null')
  const { default: preset, examples, deprecated } = keywords
  if (preset !== undefined) notes.push(`default: ${JSON.stringify(preset)}`)
  if (Array.isArray(examples)) notes.push(`for example: ${constants(examples, ', ')}`)
  if (deprecated === true) notes.push('deprecated')
  return notes.map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`)
}

function objectNotes({ keywords }: Shape, type: (node: SchemaNode) => string): readonly string[] {
  const { additionalProperties: rest, propertyNames: names, patternProperties: patterns } = keywords
  const notes: string[] = []
  const keys = isSchemaObject(names) ? type(names) : 'string'
  if (keys !== 'string') notes.push(`keys: ${keys}`)
  if (isSchemaObject(rest) && Object.keys(rest).length > 0) {
    const which = keywords.properties === undefined ? 'each value' : 'other properties'
    notes.push(`${which}: ${type(rest)}`)
  }
  for (const [pattern, value] of isSchemaObject(patterns) ? Object.entries(patterns) : []) {
    if (isSchemaNode(value)) notes.push(`keys like ${pattern}: ${type(value)}`)
  }
  if (rest === false && keywords.properties !== undefined) notes.push('no other properties')
  return notes
}

/** Bounds and forms of a value: `1 to 10`, `format: email`. */
function limits({ keywords, leftovers }: Shape): readonly string[] {
  const found = [keywords, ...leftovers].flatMap((part) => [
    ...range(part['minimum'], part['maximum'], ''),
    ...range(part['minLength'], part['maxLength'], ' characters'),
    ...range(part['minItems'], part['maxItems'], ' items'),
    ...range(part['minProperties'], part['maxProperties'], ' properties'),
    ...worded(part['exclusiveMinimum'], 'more than '),
    ...worded(part['exclusiveMaximum'], 'less than '),
    ...worded(part['multipleOf'], 'a multiple of '),
    ...worded(part['format'], 'format: '),
    ...worded(part['contentEncoding'], 'encoding: '),
    ...(codecOf(keywords) === undefined ? patternText(part['pattern']) : []),
    ...(part['uniqueItems'] === true ? ['no item twice'] : []),
    ...otherText(part),
  ])
  const mark = keywords['x-drover']
  const note = isSchemaObject(mark) ? worded(mark['note'], '') : []
  return [...(codecOf(keywords) === 'date' ? ['format: date-time'] : []), ...found, ...note]
}

function range(min: unknown, max: unknown, unit: string): readonly string[] {
  const [least, most] = [min, max].map((bound) => (typeof bound === 'number' ? bound : undefined))
  if (least === undefined) return most === undefined ? [] : [`at most ${most}${unit}`]
  if (most === undefined) return [`at least ${least}${unit}`]
  return [least === most ? `exactly ${most}${unit}` : `${least} to ${most}${unit}`]
}

function worded(value: unknown, before: string): readonly string[] {
  return typeof value === 'string' || typeof value === 'number' ? [`${before}${value}`] : []
}

function patternText(pattern: unknown): readonly string[] {
  // Longer ones say nothing to a reader; the keyword carries them.
  const isShort = typeof pattern === 'string' && pattern.length <= MAX_PATTERN_CHARS
  return isShort ? [`pattern: ${pattern}`] : []
}

function otherText(part: { readonly [keyword: string]: unknown }): readonly string[] {
  const entries = OTHERS.flatMap((key) => (part[key] === undefined ? [] : [[key, part[key]]]))
  if (entries.length === 0) return []
  return [`also: ${shorten(JSON.stringify(Object.fromEntries(entries)), MAX_CHARS)}`]
}

function constants(values: readonly unknown[], between: string): string {
  return values.map((value) => JSON.stringify(value)).join(between)
}

function bareText(shape: Shape, inside: (node: SchemaNode) => string): string {
  const { keywords, members, types } = shape
  if (members.length > 0) return members.map(inside).join(' | ')
  if (isNever(shape)) return 'never'
  if (keywords.enum !== undefined) return constants(keywords.enum, ' | ')
  const bounds = limits(shape)
  const suffix = bounds.length === 0 ? '' : ` (${bounds.join(', ')})`
  const names = types?.map((name) => structure(name, shape, inside)) ?? ['any JSON value']
  return names.join(' | ') + suffix
}

function structure(
  type: string,
  { keywords }: Shape,
  inside: (node: SchemaNode) => string,
): string {
  if (type === 'array') {
    const item = isSchemaObject(keywords.items) ? inside(keywords.items) : undefined
    if (keywords.prefixItems === undefined) {
      return item === undefined ? 'array' : /[| ]/.test(item) ? `(${item})[]` : `${item}[]`
    }
    const rest = item === undefined ? [] : [`...${item}[]`]
    return `[${[...keywords.prefixItems.map(inside), ...rest].join(', ')}]`
  }
  if (type !== 'object') return type
  const rest = keywords['additionalProperties']
  const entries = Object.entries(keywords.properties ?? {}).map(([name, node]) => {
    const mark = keywords.required?.includes(name) === true ? '' : '?'
    return `${name}${mark}: ${inside(node)}`
  })
  if (isSchemaObject(rest)) entries.push(`[key]: ${inside(rest)}`)
  return entries.length === 0 ? 'object' : `{ ${entries.join(', ')} }`
}
