import { matchesFormat } from './json-schema-format.ts'
import { isSchemaObject } from './json-schema-ref.ts'
import type { JsonSchema } from './json-schema.ts'
import { remembered } from './remembered.ts'

/** What a keyword such as `maximum` or `pattern` asks of values of one type. */
export interface Limit {
  readonly type: string
  /** `at most 5 characters`, `pattern: ^a` */
  readonly words: string
  /** True where `words` speak of a size: characters, items or properties. */
  readonly isOfSize: boolean
  /** `size` is the value itself for numbers, else how many characters, items or properties it has. */
  readonly isKept: (size: number, value: unknown) => boolean
}

/** What the keywords of one schema ask; bounds that are no numbers are told and not checked. */
export const limitsOf: (schema: JsonSchema) => readonly Limit[] = remembered((schema) => {
  const limits: Limit[] = []
  const add = (type: string, words: string, isKept: Limit['isKept'], isOfSize = false): void => {
    limits.push({ type, words, isKept, isOfSize })
  }
  for (const [type, keyword, before, isKept = () => true] of SINGLES) {
    const bound = scalar(schema[keyword])
    if (bound === undefined) continue
    // A date may be written more freely than the format that is told: its decoder looks at it.
    const isFree = keyword === 'format' && schema['x-drover'] !== undefined
    const keeps: Limit['isKept'] = (size, value) => isKept(size, Number(bound), value, bound)
    add(type, `${before}${bound}`, isFree ? () => true : keeps)
  }
  for (const [type, suffix, unit] of SIZES) {
    const [min, max] = [scalar(schema[`min${suffix}`]), scalar(schema[`max${suffix}`])]
    const words =
      min === max
        ? `exactly ${max}`
        : min === undefined
          ? `at most ${max}`
          : max === undefined
            ? `at least ${min}`
            : `${min} to ${max}`
    // Nothing is below or above the NaN that `Number` makes of a bound that is missing or a text.
    const isKept: Limit['isKept'] = (size) => !(size < Number(min) || size > Number(max))
    if ((min ?? max) !== undefined) add(type, words + unit, isKept, unit !== '')
  }
  const { pattern, uniqueItems } = schema
  if (typeof pattern === 'string') {
    const expression = compilePattern(pattern)
    add('string', `pattern: ${pattern}`, (_, text) => expression?.test(String(text)) !== false)
  }
  if (uniqueItems === true) {
    const isKept: Limit['isKept'] = (size, items) =>
      new Set([items].flat().map(canonicalText)).size === size
    add('array', 'no item twice', isKept)
  }
  return limits
})

/** A regular expression in the way JSON Schema reads it: Unicode where it can be; undefined when it is none. */
export function compilePattern(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch {
      // Not a Unicode expression, or none at all.
    }
  }
  return undefined
}

/** JSON text with sorted keys: the same for equal values. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isSchemaObject(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

const SIZES = [
  ['number', 'imum', ''],
  ['string', 'Length', ' characters'],
  ['array', 'Items', ' items'],
  ['object', 'Properties', ' properties'],
] as const

type Single = readonly [
  type: string,
  keyword: string,
  before: string,
  isKept?: (size: number, bound: number, value: unknown, text: string | number) => boolean,
]

const SINGLES: readonly Single[] = [
  ['number', 'exclusiveMinimum', 'more than ', (size, bound) => !(size <= bound)],
  ['number', 'exclusiveMaximum', 'less than ', (size, bound) => !(size >= bound)],
  ['number', 'multipleOf', 'a multiple of ', (size, bound) => Number.isInteger(size / bound)],
  [
    'string',
    'format',
    'format: ',
    (_, __, text, name) => matchesFormat(String(name), String(text)),
  ],
  // Our own: what JSON Schema has no keyword for.
  ['string', 'x-note', ''],
  ['string', 'contentEncoding', 'encoding: '],
]

function scalar(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}
