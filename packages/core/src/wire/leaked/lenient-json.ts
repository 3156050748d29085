import type { JsonValue } from '../../message.ts'

/** What came of reading a value that a model wrote. */
export type Lenient =
  | { readonly status: 'value'; readonly value: JsonValue; readonly end: number }
  /** The text ended inside the value. `partial` holds what was read, `open` the lists and objects not closed. */
  | { readonly status: 'cut'; readonly partial?: JsonValue; readonly open: readonly unknown[] }
  /** Not a value; `end` is how far it was read. */
  | { readonly status: 'bad'; readonly end: number }

/** The limits of `json.ts`. */
const MAX_DEPTH = 64
const MAX_KEYS = 10_000

/**
 * Reads one value as models write it: JSON, and what Python and JavaScript allow besides it. Single and triple quotes,
 * raw newlines in strings, unquoted keys, trailing commas, tuples, `True`, `False`, `None`. A number that a double would
 * change (`02134`, twenty digits) stays the text it is.
 *
 * Nothing is closed that the text leaves open, no key may stand twice, `__proto__` is refused. Without recursion, in one pass.
 */
export function readLenient(text: string, start: number): Lenient {
  const stack: Frame[] = []
  let root: JsonValue | undefined
  let keys = 0
  let at = start
  for (;;) {
    at = skipSpace(text, at)
    const frame = stack.at(-1)
    if (at >= text.length) return cut(root, stack)
    const char = text[at] ?? ''
    if (frame !== undefined && char === frame.close) {
      // `(1)` is a number in brackets to Python and no list.
      if (char === ')' && frame.list.length === 1 && frame.filled) return { status: 'bad', end: at }
      at++
      stack.pop()
      if (stack.length === 0) return { status: 'value', value: root ?? null, end: at }
      continue
    }
    if (frame?.filled === true) {
      if (char !== ',') return { status: 'bad', end: at }
      frame.filled = false
      at++
      continue
    }
    if (frame?.close === '}') {
      const key = readKey(text, at)
      if (key.status === 'cut') return cut(root, stack)
      if (key.status === 'bad') return key
      at = skipSpace(text, key.end)
      if (at >= text.length) return cut(root, stack)
      if (text[at] !== ':' || key.value === '__proto__' || Object.hasOwn(frame.object, key.value)) {
        return { status: 'bad', end: at }
      }
      frame.key = key.value
      at = skipSpace(text, at + 1)
      if (at >= text.length) return cut(root, stack)
    }
    if (++keys > MAX_KEYS) return { status: 'bad', end: at }
    const opened = openFrame(text[at])
    if (opened === undefined) {
      const scalar = readScalar(text, at)
      if (scalar.status === 'cut') return cut(root, stack)
      if (scalar.status === 'bad' || frame === undefined) return scalar
      add(frame, scalar.value)
      at = scalar.end
    } else {
      if (stack.length === MAX_DEPTH) return { status: 'bad', end: at }
      const value = opened.close === '}' ? opened.object : opened.list
      if (frame === undefined) root = value
      else add(frame, value)
      stack.push(opened)
      at++
    }
  }
}

/** One list or object that is not closed yet. Only the one of its kind is used. */
interface Frame {
  readonly close: '}' | ']' | ')'
  readonly object: Record<string, JsonValue>
  readonly list: JsonValue[]
  key: string
  /** Whether an entry was read and a comma or the end must follow. */
  filled: boolean
}

function openFrame(char: string | undefined): Frame | undefined {
  const close = char === '{' ? '}' : char === '[' ? ']' : char === '(' ? ')' : undefined
  return close === undefined ? undefined : { close, object: {}, list: [], key: '', filled: false }
}

function add(frame: Frame, value: JsonValue): void {
  if (frame.close === '}') frame.object[frame.key] = value
  else frame.list.push(value)
  frame.filled = true
}

function cut(root: JsonValue | undefined, stack: readonly Frame[]): Lenient {
  const open = stack.map((frame) => (frame.close === '}' ? frame.object : frame.list))
  return root === undefined ? { status: 'cut', open } : { status: 'cut', partial: root, open }
}

type Scalar<Value> =
  | { readonly status: 'value'; readonly value: Value; readonly end: number }
  | { readonly status: 'cut'; readonly open: readonly unknown[] }
  | { readonly status: 'bad'; readonly end: number }

const WORD = /[A-Za-z_$][\w$.-]*/y
const NUMBER = /[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y
const CONSTANTS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
])
// Gemma writes its strings between tokens of its own.
const QUOTES = ['"""', "'''", '"', "'", '<|"|>', '<escape>']

function readKey(text: string, at: number): Scalar<string> {
  const string = readString(text, at)
  if (string !== undefined) return string
  const word = match(WORD, text, at)
  if (word === '') return { status: 'bad', end: at }
  return { status: 'value', value: word, end: at + word.length }
}

function readScalar(text: string, at: number): Scalar<JsonValue> {
  const string = readString(text, at)
  if (string !== undefined) return string
  const written = match(NUMBER, text, at)
  const word = written === '' ? match(WORD, text, at) : written
  const end = at + word.length
  const value = written === '' ? CONSTANTS.get(word) : toNumber(written)
  if (end >= text.length && word !== '') return { status: 'cut', open: [] }
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

function readString(text: string, start: number): Scalar<string> | undefined {
  const quote = QUOTES.find((candidate) => text.startsWith(candidate, start))
  if (quote === undefined) return undefined
  const stop = new RegExp(`[${quote[0]}\\\\]`, 'g')
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
  return { status: 'cut', open: [] }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['\n', ''],
  ...Array.from('"\'\\/', (char): [string, string] => [char, char]),
])
const CODE = /u([\da-fA-F]{4})|x([\da-fA-F]{2})/y

/** What an escape stands for, and how long it is. One that no language knows is kept, as Python does. */
function readEscape(text: string, backslash: number): [string, number] {
  const code = match(CODE, text, backslash + 1)
  if (code !== '') return [String.fromCharCode(Number.parseInt(code.slice(1), 16)), code.length + 1]
  const char = text[backslash + 1] ?? ''
  return [ESCAPES.get(char) ?? `\\${char}`, 2]
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

const SPACE = /\s*/y

/** The next place that is no space. */
export function skipSpace(text: string, start: number): number {
  return start + match(SPACE, text, start).length
}
