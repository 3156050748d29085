import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'
import type { OfferedTool } from '../model-source.ts'
import type { Evidence } from './evidence.ts'
import { take } from './evidence.ts'
import { fallbackValue } from './fallback-value.ts'
import type { Mentions } from './mentions.ts'
import { findMentions } from './mentions.ts'
import { findFlag, findMember, findNumber, takeNumber } from './scalar-argument.ts'
import { conforms } from './schema-check.ts'
import { propertiesOf, typeOf, unionOf } from './schema-type.ts'
import { findText, isTellingName } from './text-argument.ts'

/** A tool's input, made from what is known. */
export interface FilledInput {
  /** Valid for the tool's schema. */
  readonly input: JsonObject
  /** How many arguments the text or an earlier result speaks of. */
  readonly certain: number
  /** Required arguments nothing speaks of; they hold a plausible value. */
  readonly missing: readonly string[]
}

const MAX_DEPTH = 6
const MAX_ITEMS = 12

/**
 * Fills a tool's input: what the question or earlier results name, for each argument by its name and type; a plausible
 * value for what else is required; nothing for what is optional. `undefined` when no valid input can be made.
 */
export function fillInput(tool: OfferedTool, evidence: Evidence): FilledInput | undefined {
  const filled = fillObject(tool.parameters, evidence, 0)
  const whole = conforms(filled.input, tool.parameters)
    ? filled
    : { ...filled, input: fallbackValue('', tool.parameters, evidence) ?? {} }
  return isJsonObject(whole.input) && conforms(whole.input, tool.parameters)
    ? { ...whole, input: whole.input }
    : undefined
}

function fillObject(schema: JsonObject, evidence: Evidence, depth: number): FilledInput {
  const variants = unionOf(schema)
  if (variants.length > 0)
    return best(variants.map((variant) => fillObject(variant, copyOf(evidence), depth)))
  const properties = propertiesOf(schema)
  const found = new Map<string, JsonValue>()
  const keep = (name: string, value: JsonValue | undefined, property: JsonValue): void => {
    if (value !== undefined && conforms(value, property)) found.set(name, value)
  }
  for (const { name, schema: property } of properties)
    keep(name, findValue(name, property, evidence, depth), property)
  for (const { name, schema: property, required } of properties) {
    if (required && !found.has(name)) keep(name, looseValue(name, property, evidence), property)
  }
  const certain = found.size
  const missing: string[] = []
  for (const { name, schema: property, required } of properties) {
    if (!required || found.has(name)) continue
    if (!isGiven(property)) missing.push(name)
    keep(name, fallbackValue(name, property, evidence, depth), property)
  }
  // In the schema's order, whatever order they were found in: the same question gives the same bytes.
  const input = properties.flatMap(({ name }) => {
    const value = found.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { input: Object.fromEntries(input), certain, missing }
}

/** What the text says for one argument. */
function findValue(
  name: string,
  schema: JsonValue,
  evidence: Evidence,
  depth: number,
): JsonValue | undefined {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return undefined
  const members = ownValue(schema, 'enum')
  if (Array.isArray(members)) return findMember(name, members, evidence)
  const variants = unionOf(schema)
  if (variants.length > 0) {
    for (const variant of variants) {
      const value = findValue(name, variant, evidence, depth + 1)
      if (value !== undefined) return value
    }
    return undefined
  }
  switch (typeOf(schema)) {
    case 'boolean':
      return findFlag(name, evidence)
    case 'integer':
    case 'number':
      return findNumber(name, evidence)
    case 'string':
      return findText(name, schema, evidence)
    case 'array':
      return findList(name, schema, evidence, depth)
    case 'object': {
      const nested = fillObject(schema, evidence, depth + 1)
      return nested.certain > 0 ? nested.input : undefined
    }
    default:
      return undefined
  }
}

function findList(
  name: string,
  schema: JsonObject,
  evidence: Evidence,
  depth: number,
): JsonValue | undefined {
  const items = ownValue(schema, 'items')
  if (!isJsonObject(items)) return undefined
  const found =
    typeOf(items) === 'object'
      ? inSegments(items, evidence, depth)
      : (labelled(name, evidence.mentions.text) ??
        repeated(name.replace(/s$/, ''), items, evidence, depth))
  const valid = found.filter((item) => conforms(item, items)).slice(0, MAX_ITEMS)
  return valid.length === 0 ? undefined : valid
}

// `2 tables and 4 chairs`: each part of an enumeration is read as one item.
function inSegments(items: JsonObject, evidence: Evidence, depth: number): readonly JsonValue[] {
  const segments = evidence.mentions.text.split(/[,;\n]|\band\b|:/).slice(0, 40)
  return segments.flatMap((segment) => {
    const part = fillObject(
      items,
      { ...evidence, mentions: mentionsOfItem(segment), taken: new Set() },
      depth + 1,
    )
    return part.certain > 0 && part.missing.length === 0 ? [part.input] : []
  })
}

// `2 tables`: what is counted is the item's name.
function mentionsOfItem(segment: string): Mentions {
  const mentions = findMentions(segment)
  const counted = /\d\s*(?:x\s+)?([\p{L}][\p{L} -]{0,60})/u.exec(segment)?.[1]?.trim()
  return counted === undefined ? mentions : { ...mentions, quoted: [...mentions.quoted, counted] }
}

// `tags: red, green and blue`
function labelled(name: string, text: string): readonly string[] | undefined {
  const words = name.replace(/[^A-Za-z0-9]/g, '')
  if (words === '') return undefined
  const listed = new RegExp(String.raw`\b${words}:?\s+([^.;:\n]{1,500})`, 'i').exec(text)?.[1]
  return listed
    ?.split(/,\s*(?:and\s+)?|\s+and\s+/)
    .map((item) => item.trim().replace(/^["'`]|["'`]$/g, ''))
    .filter((item) => item !== '')
}

function repeated(
  name: string,
  items: JsonObject,
  evidence: Evidence,
  depth: number,
): readonly JsonValue[] {
  const found: JsonValue[] = []
  while (found.length < MAX_ITEMS) {
    const value = findValue(name, items, evidence, depth + 1)
    if (value === undefined || found.includes(value)) break
    found.push(value)
  }
  return found
}

/** What the text offers for a required argument whose name says nothing. */
function looseValue(name: string, schema: JsonValue, evidence: Evidence): JsonValue | undefined {
  if (!isJsonObject(schema) || ownValue(schema, 'enum') !== undefined) return undefined
  const type = typeOf(schema)
  if (type === 'integer' || type === 'number') return takeNumber(evidence)
  if (type !== 'string' || isTellingName(name)) return undefined
  const { quoted, identifiers, names } = evidence.mentions
  return take(evidence, [...quoted, ...identifiers, ...names.map((mention) => mention.name)])
}

// A constant, a default or a choice of one asks nothing of the text.
function isGiven(schema: JsonValue): boolean {
  return (
    isJsonObject(schema) &&
    ['const', 'default', 'enum'].some((keyword) => Object.hasOwn(schema, keyword))
  )
}

function best(filled: readonly FilledInput[]): FilledInput {
  const rank = ({ certain, missing }: FilledInput): number => certain - missing.length
  const [first] = filled.toSorted((left, right) => rank(right) - rank(left))
  return first ?? { input: {}, certain: 0, missing: [] }
}

function copyOf(evidence: Evidence): Evidence {
  return { ...evidence, taken: new Set(evidence.taken) }
}
