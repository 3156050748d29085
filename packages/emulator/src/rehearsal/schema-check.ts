import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'

/**
 * Whether a value is what a schema asks for. Knows the keywords tools use (types, bounds, patterns, formats, arrays,
 * nested objects, unions); where one stands that it cannot check, it says no: nothing invalid is ever called.
 */
export function conforms(value: JsonValue, schema: JsonValue | undefined): boolean {
  if (schema === undefined || schema === true) return true
  if (!isJsonObject(schema)) return false
  if (ownValue(schema, 'nullable') === true && value === null) return true
  return Object.entries(schema).every(([keyword, operand]) => {
    const check = Object.hasOwn(checks, keyword) ? checks[keyword] : undefined
    return check === undefined ? !unchecked.has(keyword) : check(value, operand, schema)
  })
}

const unchecked: ReadonlySet<string> = new Set(
  (
    '$ref $dynamicRef $recursiveRef not if contains minContains maxContains patternProperties dependencies ' +
    'dependentRequired dependentSchemas unevaluatedProperties unevaluatedItems additionalItems'
  ).split(' '),
)

type Check = (value: JsonValue, operand: JsonValue, schema: JsonObject) => boolean

const forNumber =
  (test: (value: number, bound: number) => boolean): Check =>
  (value, bound) =>
    typeof value !== 'number' || (typeof bound === 'number' && test(value, bound))

const forLength =
  (
    lengthOf: (value: JsonValue) => number | undefined,
    test: (length: number, bound: number) => boolean,
  ): Check =>
  (value, bound) => {
    const length = lengthOf(value)
    return length === undefined || (typeof bound === 'number' && test(length, bound))
  }

const textLength = (value: JsonValue): number | undefined =>
  typeof value === 'string' ? [...value].length : undefined
const listLength = (value: JsonValue): number | undefined =>
  Array.isArray(value) ? value.length : undefined
const keyCount = (value: JsonValue): number | undefined =>
  isJsonObject(value) ? Object.keys(value).length : undefined
const atLeast = (value: number, bound: number): boolean => value >= bound
const atMost = (value: number, bound: number): boolean => value <= bound

const checks: { readonly [keyword: string]: Check } = {
  type: (value, type) => (Array.isArray(type) ? type : [type]).some((one) => hasType(value, one)),
  enum: (value, list) => Array.isArray(list) && list.some((entry) => isSame(entry, value)),
  const: (value, expected) => isSame(value, expected),
  minimum: forNumber(atLeast),
  maximum: forNumber(atMost),
  exclusiveMinimum: forNumber((value, bound) => value > bound),
  exclusiveMaximum: forNumber((value, bound) => value < bound),
  multipleOf: forNumber((value, step) => Number.isInteger(value / step)),
  minLength: forLength(textLength, atLeast),
  maxLength: forLength(textLength, atMost),
  minItems: forLength(listLength, atLeast),
  maxItems: forLength(listLength, atMost),
  minProperties: forLength(keyCount, atLeast),
  maxProperties: forLength(keyCount, atMost),
  uniqueItems: (value, on) =>
    on !== true ||
    !Array.isArray(value) ||
    new Set(value.map((item) => JSON.stringify(item))).size === value.length,
  pattern: (value, pattern) =>
    typeof value !== 'string' || (typeof pattern === 'string' && matches(value, pattern)),
  format: (value, format) =>
    typeof value !== 'string' ||
    typeof format !== 'string' ||
    (formats.get(format)?.test(value) ?? !uncheckedFormats.has(format)),
  required: (value, names) =>
    !isJsonObject(value) ||
    (Array.isArray(names) &&
      names.every((name) => typeof name === 'string' && Object.hasOwn(value, name))),
  properties: (value, properties) =>
    !isJsonObject(value) ||
    !isJsonObject(properties) ||
    Object.entries(value).every(([key, item]) => conforms(item, ownValue(properties, key))),
  additionalProperties: (value, rest, schema) => {
    const properties = ownValue(schema, 'properties')
    const known = isJsonObject(properties) ? properties : {}
    return (
      !isJsonObject(value) ||
      Object.entries(value).every(
        ([key, item]) => Object.hasOwn(known, key) || (rest !== false && conforms(item, rest)),
      )
    )
  },
  propertyNames: (value, names) =>
    !isJsonObject(value) || Object.keys(value).every((key) => conforms(key, names)),
  items: (value, items) =>
    !Array.isArray(value) || Array.isArray(items) || value.every((item) => conforms(item, items)),
  prefixItems: (value, items) =>
    !Array.isArray(value) ||
    !Array.isArray(items) ||
    value.every((item, index) => conforms(item, items[index])),
  allOf: (value, all) => Array.isArray(all) && all.every((one) => conforms(value, one)),
  anyOf: (value, any) => Array.isArray(any) && any.some((one) => conforms(value, one)),
  // To match exactly one, the others must be known not to match.
  oneOf: (value, one) =>
    Array.isArray(one) &&
    one.every(isCheckable) &&
    one.filter((each) => conforms(value, each)).length === 1,
}

const formats: ReadonlyMap<string, RegExp> = new Map([
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['time', /^\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/i],
  ['date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i],
  ['email', /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/],
  ['uri', /^[a-z][a-z0-9+.-]*:\S+$/i],
  ['url', /^https?:\/\/\S+$/i],
  ['uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['ipv4', /^\d{1,3}(?:\.\d{1,3}){3}$/],
])

const uncheckedFormats: ReadonlySet<string> = new Set(
  (
    'ipv6 hostname idn-hostname idn-email duration iri iri-reference uri-reference uri-template json-pointer ' +
    'relative-json-pointer regex byte'
  ).split(' '),
)

function hasType(value: JsonValue, type: JsonValue): boolean {
  if (value === null) return type === 'null'
  if (Array.isArray(value)) return type === 'array'
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

function matches(value: string, pattern: string): boolean {
  const expression = compile(pattern)
  return expression !== undefined && expression.test(value)
}

// A quantified group that holds a quantifier can take exponential time: such a pattern is never tried.
function compile(pattern: string): RegExp | undefined {
  if (/[+*}][^()]*\)[+*{]/.test(pattern)) return undefined
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return undefined
  }
}

/** False where a schema holds anything `conforms` answers with no because it cannot tell. */
function isCheckable(schema: JsonValue): boolean {
  if (Array.isArray(schema)) return schema.every(isCheckable)
  if (!isJsonObject(schema)) return true
  return Object.entries(schema).every(([keyword, operand]) => {
    if (unchecked.has(keyword)) return false
    if (keyword === 'format' && typeof operand === 'string') return !uncheckedFormats.has(operand)
    if (keyword === 'pattern' && typeof operand === 'string') return compile(operand) !== undefined
    return isCheckable(operand)
  })
}

function isSame(left: JsonValue, right: JsonValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
