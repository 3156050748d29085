import type { JsonValue } from '../../message.ts'

/** A string, a number, a word, or why there is none. */
export type Scalar<Value> =
  | { readonly status: 'value'; readonly value: Value; readonly end: number }
  | { readonly status: 'cut'; readonly open: readonly [] }
  | { readonly status: 'bad'; readonly end: number }

const CUT = { status: 'cut', open: [] } as const

// Gemma writes its strings between tokens of its own. A quote's first character and a backslash are where reading stops.
const DOUBLE = /["\\]/g
const SINGLE = /['\\]/g
const TOKEN = /[<\\]/g
const QUOTES: readonly (readonly [quote: string, stop: RegExp])[] = [
  ['"""', DOUBLE],
  ["'''", SINGLE],
  ['"', DOUBLE],
  ["'", SINGLE],
  ['<|"|>', TOKEN],
  ['<escape>', TOKEN],
]

/** Reads a string with its escapes; nothing where none begins. */
export function readString(text: string, start: number): Scalar<string> | undefined {
  const first = text[start]
  if (first !== '"' && first !== "'" && first !== '<') return undefined
  const [quote, stop] = QUOTES.find(([candidate]) => text.startsWith(candidate, start)) ?? []
  if (quote === undefined || stop === undefined) return undefined
  let value = ''
  let from = start + quote.length
  stop.lastIndex = from
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    const at = found.index
    if (found[0] === '\\') {
      const [character, length] = readEscape(text, at)
      value += text.slice(from, at) + character
      from = at + length
      stop.lastIndex = from
    } else if (text.startsWith(quote, at)) {
      return { status: 'value', value: value + text.slice(from, at), end: at + quote.length }
    }
  }
  return CUT
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['\n', ''],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
])
const CODE = /u[\da-fA-F]{4}|x[\da-fA-F]{2}/y

/** What an escape stands for, and how long it is. One that no language knows is kept, as Python does. */
function readEscape(text: string, backslash: number): [string, number] {
  const code = match(CODE, text, backslash + 1)
  if (code !== '') return [String.fromCharCode(Number.parseInt(code.slice(1), 16)), code.length + 1]
  const char = text[backslash + 1] ?? ''
  return [ESCAPES.get(char) ?? `\\${char}`, 2]
}

const WORD = /[A-Za-z_$][\w$.-]*/y

/** Reads a word without quotes. */
export function readWord(text: string, at: number): Scalar<string> {
  const value = match(WORD, text, at)
  const end = at + value.length
  return value === '' ? { status: 'bad', end } : { status: 'value', value, end }
}

const NUMBER = /[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y
/** The rest of a text that may go on as a number or a word. */
const UNFINISHED = /^[-+]?[\w.]*(?:[eE][-+])?$/
const CONSTANTS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
])

/** Reads a number or one of the words for true, false and null. At the end of the text more digits may have followed. */
export function readScalar(text: string, at: number): Scalar<JsonValue> {
  const number = match(NUMBER, text, at)
  const written = number === '' ? match(WORD, text, at) : number
  const end = at + written.length
  if (text.length - at < 400 && UNFINISHED.test(text.slice(at))) return CUT
  const value = number === '' ? CONSTANTS.get(written) : toNumber(number)
  if (value === undefined || /[\w$.]/.test(text[end] ?? '')) return { status: 'bad', end }
  return { status: 'value', value, end }
}

/** The number that is written, its text where a double would not say the same, nothing where it is infinite. */
function toNumber(written: string): JsonValue | undefined {
  const plain = written.replaceAll('_', '')
  const value = Number(plain)
  if (!Number.isFinite(value)) return undefined
  const isChanged =
    /^[-+]?0\d/.test(plain) || (Number.isInteger(value) && !Number.isSafeInteger(value))
  return isChanged && !/[.eE]/.test(plain) ? plain : value
}

const SPACE = /\s*/y

/** The next place that is no space. */
export function skipSpace(text: string, start: number): number {
  const code = text.charCodeAt(start)
  return code > 32 && code < 128 ? start : start + match(SPACE, text, start).length
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
