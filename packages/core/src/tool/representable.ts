import { DroverError } from '../errors.ts'
import type { JsonSchema } from '../json-schema.ts'

/** A date as a model may write it: a day alone, or with a time; UTC where no zone is named. */
export const DATE_TEXT: RegExp =
  /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[zZ]|[+-]\d\d:?\d\d)?)?$/

/** A bound of a date or bigint that its library checks. */
export interface Bound {
  readonly kind: 'min' | 'max'
  readonly value: unknown
  readonly isInclusive: boolean
}

/**
 * JSON Schema for a kind of schema whose values JSON lacks but can write, marked so that inputs are decoded; undefined for
 * kinds that need none.
 * @throws DroverError `config.tool` for kinds that no JSON value can stand for, with what to use in their place.
 */
export function represent(
  kind: string,
  bounds: readonly Bound[],
  path: readonly PropertyKey[],
): JsonSchema | undefined {
  const instead = INSTEAD.get(kind)
  if (instead !== undefined) {
    throw new DroverError(
      'config.tool',
      `JSON has no value for ${instead[0]}${placeOf(path)}: use ${instead[1]}`,
    )
  }
  if (kind === 'date') {
    return { type: 'string', pattern: DATE_TEXT.source, ...mark('date', bounds) }
  }
  if (kind !== 'bigint') return undefined
  const isExact = ({ value }: Bound): boolean => Number.isSafeInteger(Number(value))
  const limits = bounds.filter(isExact).map((bound) => [keywordOf(bound), Number(bound.value)])
  return {
    type: ['integer', 'string'],
    pattern: '^-?\\d+$',
    ...Object.fromEntries(limits),
    ...mark(
      'bigint',
      bounds.filter((bound) => !isExact(bound)),
    ),
  }
}

const INSTEAD: ReadonlyMap<string, readonly [what: string, use: string]> = new Map([
  ['map', ['a Map', '`z.record(…)` and make the Map with `.transform()`']],
  ['set', ['a Set', '`z.array(…)` and make the Set with `.transform()`']],
  ['symbol', ['a symbol', '`z.literal("…")` or an enum']],
  ['function', ['a function', 'a schema of plain data']],
  ['promise', ['a promise', 'the schema inside the promise']],
  [
    'custom',
    ['a custom or `instanceof` check', 'a schema of plain data with `.refine()` or `.transform()`'],
  ],
  ['file', ['a file', 'a string with a path, a URL or base64 text']],
  ['nan', ['NaN', '`z.number()`']],
  ['undefined', ['undefined', '`.optional()`']],
  ['void', ['void', '`.optional()`']],
  ['literal', ['a literal that is a bigint, a symbol or undefined', 'a string or number literal']],
])

/** Our own keyword: how values are decoded, and the bounds that no keyword of JSON Schema can say. */
function mark(codec: 'date' | 'bigint', bounds: readonly Bound[]): JsonSchema {
  const note = bounds.map(boundInWords).join(', ')
  return { 'x-drover': { codec, ...(note !== '' && { note }) } }
}

function keywordOf({ kind, isInclusive }: Bound): string {
  if (isInclusive) return `${kind}imum`
  return kind === 'min' ? 'exclusiveMinimum' : 'exclusiveMaximum'
}

/** ` at `stops[].city``, from the path of a JSON Schema. */
function placeOf(path: readonly PropertyKey[]): string {
  let place = ''
  let isName = false
  for (const part of path.map(String)) {
    if (isName) place += place === '' ? part : `.${part}`
    else if (['items', 'prefixItems', 'additionalProperties'].includes(part)) place += '[]'
    isName = !isName && part === 'properties'
  }
  return place === '' ? '' : ` at \`${place}\``
}

function boundInWords({ kind, value, isInclusive }: Bound): string {
  const limit = value instanceof Date ? value.toISOString() : String(value)
  if (kind === 'min') return `${isInclusive ? 'at least' : 'more than'} ${limit}`
  return `${isInclusive ? 'at most' : 'less than'} ${limit}`
}
