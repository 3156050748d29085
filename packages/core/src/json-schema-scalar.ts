import { matchesFormat } from './json-schema-format.ts'
import { valueInWords } from './json-schema-issue.ts'
import type { JsonSchema } from './json-schema.ts'

/** Takes one thing wrong; `distance` as in `Issue`. */
export type Report = (message: string, distance?: number) => void

/** Checks `enum` and `const`. */
export function checkConstants(node: JsonSchema, value: unknown, report: Report): void {
  const allowed = node.enum ?? (Object.hasOwn(node, 'const') ? [node['const']] : undefined)
  if (allowed === undefined) return
  let texts = constants.get(node)
  if (texts === undefined) constants.set(node, (texts = new Set(allowed.map(canonicalText))))
  if (texts.has(canonicalText(value))) return
  const shown = [...texts].slice(0, 20).join(', ') + (texts.size > 20 ? ', …' : '')
  report(`expected ${texts.size > 1 ? 'one of ' : ''}${shown}, got ${valueInWords(value)}`, 1)
}

/** Checks the bounds of a number. */
export function checkNumber(node: JsonSchema, value: number, report: Report): void {
  const check = (key: string, words: string, isBroken: (bound: number) => boolean): void => {
    const bound = node[key]
    if (typeof bound === 'number' && isBroken(bound)) {
      report(`expected ${words} ${bound}, got ${value}`)
    }
  }
  check('minimum', 'at least', (bound) => value < bound)
  check('maximum', 'at most', (bound) => value > bound)
  check('exclusiveMinimum', 'more than', (bound) => value <= bound)
  check('exclusiveMaximum', 'less than', (bound) => value >= bound)
  check('multipleOf', 'a multiple of', (bound) => !Number.isInteger(value / bound))
}

/** Checks length, pattern and format of a string. Length is counted in characters, not in UTF-16 units. */
export function checkString(node: JsonSchema, value: string, report: Report): void {
  const { minLength, maxLength, pattern, format } = node
  if (minLength !== undefined || maxLength !== undefined) {
    const pairs = value.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0
    checkCount(node, 'Length', value.length - pairs, report)
  }
  if (typeof pattern === 'string' && !matchesPattern(node, pattern, value)) {
    report(`expected text that matches ${pattern}`)
  }
  if (typeof format === 'string' && !matchesFormat(format, value)) {
    report(`expected text of the format ${format}, got ${valueInWords(value)}`)
  }
}

/** Checks `minItems` and `maxItems`, or their likes. */
export function checkCount(
  node: JsonSchema,
  what: 'Length' | 'Items' | 'Properties',
  count: number,
  report: Report,
): void {
  const noun = what === 'Length' ? 'characters' : what.toLowerCase()
  const [min, max] = [node[`min${what}`], node[`max${what}`]]
  if (typeof min === 'number' && count < min) {
    report(`expected at least ${min} ${noun}, got ${count}`)
  }
  if (typeof max === 'number' && count > max) {
    report(`expected at most ${max} ${noun}, got ${count}`)
  }
}

/** Whether `text` matches a `pattern` of `node`; one that is no regular expression matches everything. */
export function matchesPattern(node: JsonSchema, pattern: string, text: string): boolean {
  let made = patterns.get(node)
  if (made === undefined) patterns.set(node, (made = new Map()))
  if (!made.has(pattern)) made.set(pattern, compilePattern(pattern))
  return made.get(pattern)?.test(text) ?? true
}

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
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalText(child)}`).join(',')}}`
}

// Made once per schema node: the constants as text, the expressions compiled.
const constants = new WeakMap<object, ReadonlySet<string>>()
const patterns = new WeakMap<object, Map<string, RegExp | undefined>>()
