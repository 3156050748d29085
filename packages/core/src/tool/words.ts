import { limitsOf } from '../json-schema-limit.ts'
import { asList, isSchemaObject } from '../json-schema-ref.ts'
import type { Keywords } from './merge.ts'
import type { Shape, ShapeOf } from './shape.ts'

/** A few words on a schema; anything else where there is nothing to say. */
export type Note = string | false | undefined

/** Says of a schema what its `type` and `description` alone would not. */
export interface Words {
  /** What holds for the value: `one of: "a", "b"`, `1 to 10`, `or null`. */
  readonly notes: (shape: Shape) => readonly Note[]
  /** The whole shape in the notation of TypeScript's types: `{ a: string, b?: integer (1 to 10) }[]`. */
  readonly type: (node: unknown) => string
}

const MAX_CHARS = 4_000
// A longer pattern says nothing to a reader; the keyword carries it.
const MAX_LIMIT_CHARS = 70

// Keywords that no other words tell of; they hold all the same.
const OTHERS = ['not', 'if', 'then', 'else', 'contains', 'dependentRequired', 'anyOf']

export function createWords(shapeOf: ShapeOf): Words {
  const typeWithin = (node: unknown, path: readonly string[]): string => {
    const text = toText(node)
    if (path.includes(text)) return '…'
    const shape = shapeOf(node)
    const { types, isNullable, keywords, members } = shape
    const { enum: constants } = keywords
    const inside = (child: unknown): string => typeWithin(child, [...path, text])
    const isUnion = members.length > 0
    const forms = isUnion
      ? members.map(inside)
      : (constants?.map(toText) ??
        types?.map((type) => structure(type, keywords, inside)) ?? ['any JSON value'])
    const limits = isUnion || constants !== undefined ? '' : limitNotes(shape).join(', ')
    const hasNull = isNullable && types !== undefined && constants?.includes(null) !== true
    const bare = forms.join(' | ') + (limits && ` (${limits})`)
    return [bare, hasNull && 'null'].filter(Boolean).join(' | ') || 'never'
  }
  const type = (node: unknown): string => shorten(typeWithin(node, []))

  const notes: Words['notes'] = (shape) => {
    const { types, isNullable, keywords, members } = shape
    const { properties, propertyNames, patternProperties, additionalProperties: rest } = keywords
    const { prefixItems, items } = keywords
    const values = keywords.enum?.filter((value) => value !== null).map(toText)
    const named = (name: string, node: unknown): Note =>
      isSchemaObject(node) && Object.keys(node).length > 0 && `${name}: ${type(node)}`
    const keys = named('keys', propertyNames)
    return [
      members.length > 0
        ? `one of: ${members.map(type).join(' | ')}`
        : values && `${values.length === 1 ? 'always' : 'one of:'} ${values.join(', ')}`,
      Array.isArray(prefixItems) &&
        `items in order: ${prefixItems.map((item, index) => `${index + 1}. ${type(item)}`).join(', ')}`,
      named(prefixItems === undefined ? 'each item' : 'then', items),
      keys !== 'keys: string' && keys,
      named(properties === undefined ? 'each value' : 'other properties', rest),
      ...Object.entries(Object(patternProperties)).map(([pattern, node]) =>
        named(`keys like ${pattern}`, node),
      ),
      rest === false && properties !== undefined && 'no other properties',
      ...limitNotes(shape),
      isNullable && types !== undefined && 'or null',
    ]
  }
  return { type, notes }
}

/** What is said of every schema that says it: `default: 4`, `for example: "Oslo"`. */
export function useNotes({ default: preset, examples, deprecated }: Keywords): readonly Note[] {
  return [
    preset !== undefined && `default: ${toText(preset)}`,
    Array.isArray(examples) && `for example: ${examples.map(toText).join(', ')}`,
    deprecated === true && 'deprecated',
  ]
}

/** The schema's own description, or else `about`, and the notes as sentences; undefined where that is nothing. */
export function describe(
  { description }: Keywords,
  about: string,
  notes: readonly Note[],
): string | undefined {
  const text = (typeof description === 'string' && description.trim()) || about
  const sentences = notes
    .filter((note) => typeof note === 'string')
    .map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`)
  const stop = sentences.length > 0 && /[^.!?:]$/.test(text) ? '.' : ''
  return [text + stop, ...sentences].join(' ').trim() || undefined
}

/** A name as words: `cityName` and `city_name` are "City name". */
export function nameInWords(name: string): string {
  const words = name
    .replaceAll(
      /([\p{Ll}\d])(\p{Lu})/gu,
      (_, end, start) => `${end} ${String(start).toLowerCase()}`,
    )
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()
  return words === '' ? 'A value' : words.charAt(0).toUpperCase() + words.slice(1)
}

/** Bounds and forms of a value: `1 to 10`, `format: email`. */
function limitNotes({ types, keywords }: Shape): readonly string[] {
  const isText = types?.includes('string') !== false
  return [keywords, ...asList(keywords['allOf']).filter(isSchemaObject)].flatMap((part) => {
    const limits = limitsOf(part).filter(
      ({ type, words }) => words.length <= MAX_LIMIT_CHARS && (isText || type !== 'string'),
    )
    const others = Object.entries(part).filter(([key]) => OTHERS.includes(key))
    const also = others.length > 0 ? [`also: ${shorten(toText(Object.fromEntries(others)))}`] : []
    return [...limits.map(({ words }) => words), ...also]
  })
}

function structure(type: string, keywords: Keywords, inside: (node: unknown) => string): string {
  const { items, prefixItems, properties = {}, required, additionalProperties: rest } = keywords
  if (type === 'array') {
    const item = isSchemaObject(items) && inside(items)
    if (Array.isArray(prefixItems)) {
      return `[${[...prefixItems.map(inside), item && `...${item}[]`].filter(Boolean).join(', ')}]`
    }
    return item === false ? type : /[| ]/.test(item) ? `(${item})[]` : `${item}[]`
  }
  if (type !== 'object') return type
  const entries = Object.entries(properties).map(
    ([name, node]) => `${name}${required?.includes(name) === true ? '' : '?'}: ${inside(node)}`,
  )
  if (isSchemaObject(rest)) entries.push(`[key]: ${inside(rest)}`)
  return entries.length === 0 ? type : `{ ${entries.join(', ')} }`
}

function shorten(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text
}

const toText = (value: unknown): string => JSON.stringify(value)
