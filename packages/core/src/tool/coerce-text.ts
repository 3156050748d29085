import { isSafeJson } from '../json.ts'
import { readLenient } from '../lenient-json.ts'
import type { JsonValue } from '../message.ts'

/**
 * The number that a text is, where nothing is lost: plain decimal notation, no more digits than a double holds. Not
 * `1e3`, `0x10`, `007`, `1,000` or `$5`, which may be meant as they are written.
 */
export function readNumber(text: string): number | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  const decimals = fraction.replace(/0+$/, '')
  const plain = sign + whole + (decimals === '' ? '' : `.${decimals}`)
  const number = Number(plain)
  const isExact =
    decimals === ''
      ? Number.isSafeInteger(number) && !Object.is(number, -0)
      : String(number) === plain || (whole + decimals).replace(/^0+/, '').length <= 15
  return isExact ? number : undefined
}

/** The object or list that a text holds as JSON or as a Python literal, in a code fence or not, encoded up to three times. */
export function readStructure(text: string): JsonValue | undefined {
  let value: JsonValue | undefined = text
  for (let round = 0; round < 3 && typeof value === 'string'; round++) value = parse(value)
  return typeof value === 'object' && value !== null && isSafeJson(value) ? value : undefined
}

function parse(text: string): JsonValue | undefined {
  const bare = text.replace(/^\s*```(?:json|python)?\s([\s\S]*)```\s*$/, '$1').trim()
  const read = /^["[{]/.test(bare) ? readLenient(bare, 0, true) : undefined
  return read?.status === 'value' && read.end === bare.length ? read.value : undefined
}
