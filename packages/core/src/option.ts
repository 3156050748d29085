import { DroverError, type DroverErrorCode } from './errors.ts'

/** What a number may be, both ends included. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly integer?: boolean
}

/** What an option may be: a number in a range, one of some words, true or false, or a text for a header. */
export type OptionRule = NumberRange | readonly string[] | 'boolean' | 'header'

/** A range of integers; without an end it goes as far as integers are exact. */
export const integers = (min: number, max: number = Number.MAX_SAFE_INTEGER): NumberRange => ({
  min,
  max,
  integer: true,
})

/** Milliseconds that a timer can keep: a longer one would fire at once. */
export const timerMs: NumberRange = integers(1, 2_147_483_647)

/**
 * Checks an option at the door; undefined passes.
 * @throws DroverError `config.invalid` naming the field and its limits. Texts are not in the message: they may be secrets.
 */
export function checkOption(name: string, value: unknown, rule: OptionRule): void {
  if (value !== undefined && !fits(value, rule)) {
    throw expected('config.invalid', `\`${name}\``, describe(rule), value)
  }
}

/** The error for a value that is not what was expected. */
export function expected(
  code: DroverErrorCode,
  what: string,
  wanted: string,
  got: unknown,
): DroverError {
  return new DroverError(code, `Expected ${what} to be ${wanted}, got ${kindOf(got)}.`)
}

/** A value in a word or two; of texts only the length. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  if (typeof value === 'string') {
    return value === '' ? 'an empty string' : `a string of ${value.length} characters`
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return `a ${typeof value}`
}

function fits(value: unknown, rule: OptionRule): boolean {
  if (rule === 'boolean') return typeof value === 'boolean'
  // Anything else would fail at the first request, or smuggle a second header in.
  if (rule === 'header') return typeof value === 'string' && /^(?=.*\S)[ -~]{1,1024}$/.test(value)
  if (!('min' in rule)) return rule.includes(value as string) // whatever it is, it is one of the words or not
  return (
    typeof value === 'number' &&
    value >= rule.min &&
    value <= rule.max &&
    (rule.integer !== true || Number.isInteger(value))
  )
}

function describe(rule: OptionRule): string {
  if (rule === 'boolean') return 'true or false'
  if (rule === 'header') return '1 to 1,024 printable ASCII characters'
  if (!('min' in rule)) return `one of '${rule.join("', '")}'`
  const { min, max, integer } = rule
  const limits = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return `${integer === true ? 'an integer' : 'a number'} ${limits}`
}
