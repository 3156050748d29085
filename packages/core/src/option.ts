import { DroverError } from './errors.ts'

/** What a number may be, both ends included. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly integer?: boolean
}

/**
 * Checks an option at the door; undefined passes.
 * @throws DroverError `config.invalid` naming the field and its limits.
 */
export function checkNumber(name: string, value: unknown, range: NumberRange): void {
  if (value === undefined) return
  const fits =
    typeof value === 'number' &&
    value >= range.min &&
    value <= range.max &&
    (range.integer !== true || Number.isInteger(value))
  if (fits) return
  const kind = range.integer === true ? 'an integer' : 'a number'
  const limits =
    range.max === Number.MAX_SAFE_INTEGER
      ? `of at least ${range.min}`
      : `from ${range.min} to ${range.max}`
  const got =
    typeof value === 'number' ? String(value) : value === null ? 'null' : `a ${typeof value}`
  throw new DroverError(
    'config.invalid',
    `Expected \`${name}\` to be ${kind} ${limits}, got ${got}.`,
  )
}
