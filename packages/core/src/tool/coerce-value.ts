import { jsonType } from '../json-schema-issue.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { JsonValue } from '../message.ts'
import { readNumber, readStructure } from './coerce-text.ts'
import type { RepairKind } from './repair.ts'

// Lists longer than this are not written without brackets.
const MAX_LIST_CHARS = 10_000

/** What a value may become, the surest first. Whether it then fits is for the caller to see. */
export type Candidate = readonly [kind: RepairKind, value: JsonValue]

/**
 * The readings of a value that does not fit `node`, each without loss: there is one way only to read it as the schema asks.
 * So 0 and 1 are no booleans (they may be counts), true is no text (`true` or `True`?), and 1.5 is none either, since
 * it may have been written `1.50`.
 */
export function* readings(node: JsonSchema, value: JsonValue): Generator<Candidate> {
  const constants = constantsOf(node)
  const types = typesOf(node, constants)
  const allows = (type: string): boolean => types?.includes(type) === true
  if (typeof value === 'string') {
    if (allows('string')) yield* respelt(node, constants, value)
    const bare = value.trim().toLowerCase()
    if (allows('null') && (bare === 'null' || bare === 'none')) yield ['null', null]
    if (allows('boolean') && (bare === 'true' || bare === 'false')) {
      yield ['boolean', bare === 'true']
    }
    if (allows('number') || allows('integer')) {
      const number = readNumber(value)
      if (number !== undefined) yield ['number', number]
    }
    if (allows('object') || allows('array')) {
      const structure = readStructure(value)
      // A list is wanted: its only item will do. A list came: it may be of one.
      const mayFit = allows('array') || allows(jsonType(structure)) || isListOfOne(structure)
      if (structure !== undefined && mayFit) yield ['json', structure]
    }
    if (
      allows('array') &&
      value.includes(',') &&
      value.length <= MAX_LIST_CHARS &&
      hasPlainItems(node)
    ) {
      yield ['list', value.split(',').map((part) => part.trim())]
    }
  } else if (typeof value !== 'object' && allows('string')) {
    if (Number.isSafeInteger(value) || constants !== undefined) yield ['string', String(value)]
  }
  if (Array.isArray(value)) {
    if (isListOfOne(value) && types !== undefined && !allows('array')) yield ['single', value[0]]
  } else if (allows('array') && isOneItem(node, value)) yield ['wrap', [value]]
}

function isListOfOne(value: unknown): value is readonly [JsonValue] {
  return Array.isArray(value) && value.length === 1
}

/** True for what models write where they have nothing to say. */
export function isBlank(value: JsonValue): boolean {
  return value === null || (typeof value === 'string' && /^(?:null|none)?$/i.test(value.trim()))
}

/** The values of `enum` or `const`. */
function constantsOf(node: JsonSchema): readonly unknown[] | undefined {
  return node.enum ?? (Object.hasOwn(node, 'const') ? [node['const']] : undefined)
}

/** The JSON types that a node allows, undefined for all. What it does not name follows from its other keywords. */
function typesOf(
  node: JsonSchema,
  constants: readonly unknown[] | undefined,
): readonly string[] | undefined {
  const nullable = node['nullable'] === true ? ['null'] : []
  if (node.type !== undefined) return [node.type, nullable].flat()
  if (constants !== undefined) return constants.map(jsonType)
  if (node.properties !== undefined) return ['object', ...nullable]
  return node.items === undefined ? undefined : ['array', ...nullable]
}

/** Other spellings of the same text: a constant, a date, without the space around. */
function* respelt(
  node: JsonSchema,
  constants: readonly unknown[] | undefined,
  text: string,
): Generator<Candidate> {
  const folded = foldConstant(text)
  const meant = constants?.filter(
    (constant): constant is string =>
      typeof constant === 'string' && foldConstant(constant) === folded,
  )
  const [constant] = meant ?? []
  if (meant?.length === 1 && constant !== undefined) yield ['constant', constant]
  const date = readDate(node['format'], text.trim())
  if (date !== undefined) yield ['date', date]
  if (text.trim() !== text) yield ['trim', text.trim()]
}

/**
 * Case, quotes around and the marks between words say nothing. Marks between digits or in front of one do: `1-2` is not
 * `12`, `-1` not `1`.
 */
function foldConstant(text: string): string {
  return text
    .slice(0, 500)
    .trim()
    .replaceAll(/^["'`]|["'`]$/g, '')
    .replaceAll(/(?<=\p{L})[-_\s]+(?=[\p{L}\d])|(?<=\d)[-_\s]+(?=\p{L})/gu, '')
    .toLowerCase()
}

const DATE =
  /^(\d{4})([-/.])(\d\d?)\2(\d\d?)(?:[t ](\d\d:\d\d)(:\d\d(?:\.\d+)?)? ?(z|utc|gmt|[+-]\d\d:?\d\d)?)?$/i

/**
 * A date or an instant as `format` writes it. No time of day is dropped but midnight, and none is made up; neither is
 * a zone. Only the year may stand first: nobody knows what 03/04/2026 is.
 */
function readDate(format: unknown, text: string): string | undefined {
  const [, year, , month = '', day = '', minutes, seconds = ':00', zone] = DATE.exec(text) ?? []
  if (year === undefined) return undefined
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const isShifted = zone !== undefined && /^[+-]/.test(zone)
  if (format === 'date') {
    return isShifted || /[1-9]/.test(`${minutes}${seconds}`) ? undefined : date
  }
  if (format !== 'date-time' || minutes === undefined || zone === undefined) return undefined
  return `${date}T${minutes}${seconds}${isShifted ? zone : 'Z'}`
}

/** True where no item can hold a comma of its own. */
function hasPlainItems({ items }: JsonSchema): boolean {
  if (!isSchemaObject(items)) return false
  const types = typesOf(items, constantsOf(items))
  return (
    (items.enum?.every((constant) => !String(constant).includes(',')) ??
      types?.every((type) => /^(?:number|integer|boolean)$/.test(type))) === true
  )
}

/** False for nothing and for text that may be several items, or a list that could not be read. */
function isOneItem(node: JsonSchema, value: JsonValue): boolean {
  if (typeof value !== 'string') return value !== null
  const isConstant = isSchemaObject(node.items) && node.items.enum !== undefined
  return !isBlank(value) && (isConstant || hasPlainItems(node) || !/^\s*[[{]|[,;\n]/.test(value))
}
