import { limitsOf } from '../json-schema-limit.ts'
import type { JsonSchema } from '../json-schema.ts'
import { own } from '../json.ts'
import { refusal } from './refusal.ts'

/** A date as a model may write it: a day alone, or with a time; UTC where no zone is named. */
export const DATE_TEXT: RegExp =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([zZ]|[+-]\d\d:?\d\d)?)?$/

/** The bounds that its library checks of a date, as ISO text, or of a bigint: by `minimum`, `exclusiveMaximum` and so on. */
export type Bounds = Readonly<Record<string, string | number>>

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
    throw refusal(`JSON has no value for this \`z.${kind}\`${placeOf(path)}: use ${instead}`)
  }
  if (kind === 'bigint') {
    return { type: ['integer', 'string'], pattern: '^-?\\d+$', 'x-drover': kind, ...bounds }
  }
  if (kind !== 'date') return undefined
  const notes = limitsOf(bounds).map(({ words }) => words)
  return {
    type: 'string',
    format: 'date-time',
    pattern: DATE_TEXT.source,
    'x-drover': kind,
    ...(notes.length > 0 && { 'x-note': notes.join(', ') }),
  }
}

const INSTEAD = {
  map: '`z.record(…)` and `.transform()`',
  set: '`z.array(…)` and `.transform()`',
  symbol: 'an enum',
  function: 'plain data',
  promise: 'the schema inside',
  // `z.instanceof` is one too.
  custom: 'plain data and `.transform()`',
  file: 'a path, a URL or base64 text',
  nan: '`z.number()`',
  undefined: '`.optional()`',
  void: '`.optional()`',
  literal: 'a literal of text, a number or a boolean',
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
