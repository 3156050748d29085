import { parseJson } from '../json.ts'
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
  return typeof value === 'object' && value !== null && keptDigits(value) ? value : undefined
}

function parse(text: string): JsonValue | undefined {
  const bare = text
    .trim()
    .replace(/^```(?:json|python)?\s([\s\S]*)```$/, '$1')
    .trim()
  if (!/^["[{]/.test(bare)) return undefined
  for (const json of [bare, toJson(bare)]) {
    try {
      if (json !== undefined) return parseJson(json)
    } catch {
      // Not JSON in this reading.
    }
  }
  return undefined
}

// Quoted text, the three words of Python, the comma behind a last item; a quote of its own is one that is never closed.
const PYTHON = /'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b|,(?=\s*[\]}])|['"]/gs

/** A literal of Python as JSON. What only Python has, such as a tuple, stays and is then refused as JSON. */
function toJson(text: string): string | undefined {
  let json = ''
  let end = 0
  for (const { 0: token, 1: inner, index } of text.matchAll(PYTHON)) {
    if (token === "'" || token === '"') return undefined
    json += text.slice(end, index) + (inner === undefined ? respell(token) : requote(inner))
    end = index + token.length
  }
  return json + text.slice(end)
}

const respell = (token: string): string =>
  token.startsWith('"')
    ? token
    : token === 'None'
      ? 'null'
      : token === ','
        ? ''
        : token.toLowerCase()

/** Between double quotes those are escaped, the single ones are not; every other escape means the same in both. */
const requote = (inner: string): string =>
  `"${inner.replaceAll(/\\.|"/gs, (part) => (part === '"' ? '\\"' : part === "\\'" ? "'" : part))}"`

/** False where a number lost digits when it was read. */
function keptDigits(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(keptDigits)
}
