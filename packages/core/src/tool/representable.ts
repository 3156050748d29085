import type { JsonSchema } from '../json-schema.ts'
import { own } from '../json.ts'
import { refusal } from './refusal.ts'

/** A date as a model may write it: a day alone, or with a time; UTC where no zone is named. */
export const DATE_TEXT: RegExp =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([zZ]|[+-]\d\d:?\d\d)?)?$/

/** The bounds of a date or bigint that its library checks: a Date or a number by `minimum`, `exclusiveMaximum` and so on. */
export type Bounds = Readonly<Record<string, unknown>>

/**
 * JSON Schema for a kind of schema whose values JSON lacks but can write, marked so that inputs are decoded; undefined for
 * kinds that need none.
 * @throws DroverError `config.tool` for kinds that no JSON value can stand for, with what to use in their place.
 */
export function represent(
  kind: string,
  bounds: Bounds,
  path: readonly PropertyKey[],
): JsonSchema | undefined {
  const instead = own(INSTEAD, kind)
  if (typeof instead === 'string') {
    throw refusal(`JSON has no value for ${instead.replace(':', `${placeOf(path)}: use`)}`)
  }
  if (kind === 'date') {
    return {
      type: 'string',
      format: 'date-time',
      pattern: DATE_TEXT.source,
      'x-drover': kind,
      ...bounds,
    }
  }
  return kind === 'bigint'
    ? { type: ['integer', 'string'], pattern: '^-?\\d+$', 'x-drover': kind, ...bounds }
    : undefined
}

const INSTEAD = {
  map: 'a Map: `z.record(…)` and `.transform()`',
  set: 'a Set: `z.array(…)` and `.transform()`',
  symbol: 'a symbol: `z.literal("…")` or an enum',
  function: 'a function: plain data',
  promise: 'a promise: the schema inside the promise',
  custom: 'a custom or `instanceof` check: plain data with `.refine()` or `.transform()`',
  file: 'a file: a string with a path, a URL or base64 text',
  nan: 'NaN: `z.number()`',
  undefined: 'undefined: `.optional()`',
  void: 'void: `.optional()`',
  literal: 'a literal that is a bigint, a symbol or undefined: a string or number literal',
}

/** ` at `stops[].city``, from the path of a JSON Schema. */
function placeOf(path: readonly PropertyKey[]): string {
  let place = ''
  let isName = false
  for (const part of path.map(String)) {
    if (isName) place += place === '' ? part : `.${part}`
    else if (/^(items|prefixItems|additionalProperties)$/.test(part)) place += '[]'
    isName = !isName && part === 'properties'
  }
  return place && ` at \`${place}\``
}

/** Whether JSON can write the constant. */
export function isJsonLiteral(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
