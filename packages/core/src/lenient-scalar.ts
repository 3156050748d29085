import { matchAt } from './match-at.ts'
import type { JsonValue } from './message.ts'

/** A string, a number, a word, or why there is none. */
export type Scalar<Value> =
  | { readonly status: 'value'; readonly value: Value; readonly end: number }
  | { readonly status: 'cut'; readonly open: readonly [] }
  | { readonly status: 'bad'; readonly end: number }

const CUT = { status: 'cut', open: [] } as const

// Gemma writes its strings between tokens of its own.
const QUOTE = /"""|'''|["']|<\|"\|>|<escape>/y
/** Where reading stops: what may be the end, and escapes. */
const STOP = /["'<\\]/g
const CODE = /u[\da-fA-F]{4}|x[\da-fA-F]{2}/y
const [ESCAPED, MEANT] = ['ntrbf"\'\\/', '\n\t\r\b\f"\'\\/']

/** Reads a string with its escapes; nothing where none begins. An escape that no language knows is kept, as Python does. */
export function readString(text: string, start: number): Scalar<string> | undefined {
  const quote = match(QUOTE, text, start)
  if (quote === '') return undefined
  let value = ''
  let from = start + quote.length
  for (let stop = from; ;) {
    const found = matchAt(STOP, text, stop)
    if (found === null) return CUT
    const at = found.index
    stop = at + 1
    if (found[0] !== '\\') {
      if (!text.startsWith(quote, at)) continue
      return { status: 'value', value: value + text.slice(from, at), end: at + quote.length }
    }
    const code = match(CODE, text, at + 1)
    const char = text[at + 1] ?? ''
    value += text.slice(from, at)
    if (code !== '') value += String.fromCharCode(Number.parseInt(code.slice(1), 16))
    else if (char !== '\n') value += MEANT[ESCAPED.indexOf(char)] ?? `\\${char}`
    from = at + 1 + (code.length || 1)
    stop = from
  }
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

/**
 * Reads a number or one of the words for true, false and null. At the end of the text more digits may have followed. A
 * number stays text where a double would not say the same, or is refused where `isExact`.
 */
export function readScalar(text: string, at: number, isExact: boolean): Scalar<JsonValue> {
  const number = match(NUMBER, text, at)
  const written = number === '' ? match(WORD, text, at) : number
  const end = at + written.length
  if (text.length - at < 400 && UNFINISHED.test(text.slice(at))) return CUT
  const value = number === '' ? CONSTANTS.get(written) : toNumber(number)
  const isBad = value === undefined || (isExact && typeof value === 'string')
  if (isBad || /[\w$.]/.test(text[end] ?? '')) return { status: 'bad', end }
  return { status: 'value', value, end }
}

/** The number that is written, its text where a double would not say the same, nothing where it is infinite. */
function toNumber(written: string): JsonValue | undefined {
  const plain = written.replaceAll('_', '')
  const value = Number(plain)
  if (!Number.isFinite(value)) return undefined
  const isChanged = /^[-+]?0\d/.test(plain) || Math.abs(value) > Number.MAX_SAFE_INTEGER
  return isChanged && !/[.eE]/.test(plain) ? plain : value
}

const SPACE = /\s*/y

/** The next place that is no space. */
export function skipSpace(text: string, start: number): number {
  const code = text.charCodeAt(start)
  return code > 32 && code < 128 ? start : start + match(SPACE, text, start).length
}

const match = (pattern: RegExp, text: string, at: number): string =>
  matchAt(pattern, text, at)?.[0] ?? ''
