import type { JsonValue } from '../../message.ts'
import { readScalar, readString, readWord, skipSpace } from './lenient-scalar.ts'

/** What came of reading a value that a model wrote. */
export type Lenient =
  | { readonly status: 'value'; readonly value: JsonValue; readonly end: number }
  /** The text ended inside the value. `partial` holds what was read, `open` the lists and objects not closed. */
  | { readonly status: 'cut'; readonly partial?: JsonValue; readonly open: readonly JsonValue[] }
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
  let frame: Frame | undefined
  let keys = 0
  let at = start
  for (;;) {
    at = skipSpace(text, at)
    if (at >= text.length) return cutIn(stack)
    const char = text[at] ?? ''
    if (frame !== undefined) {
      if (char === frame.close) {
        // `(1)` is a number in brackets to Python, and no list.
        if (char === ')' && frame.isFilled && frame.list?.length === 1) return bad(at)
        at++
        const closed = stack.pop()
        frame = stack.at(-1)
        if (closed !== undefined && frame === undefined) {
          return { status: 'value', value: closed.value, end: at }
        }
        continue
      }
      if (frame.isFilled) {
        if (char !== ',') return bad(at)
        frame.isFilled = false
        at++
        continue
      }
      if (frame.object !== undefined) {
        const key = readString(text, at) ?? readWord(text, at)
        if (key.status === 'cut') return cutIn(stack)
        if (key.status === 'bad') return key
        at = skipSpace(text, key.end)
        if (at >= text.length) return cutIn(stack)
        const isRefused = key.value === '__proto__' || Object.hasOwn(frame.object, key.value)
        if (text[at] !== ':' || isRefused) return bad(at)
        frame.key = key.value
        at = skipSpace(text, at + 1)
        if (at >= text.length) return cutIn(stack)
      }
    }
    if (++keys > MAX_KEYS) return bad(at)
    const opened = openFrame(text[at])
    if (opened !== undefined) {
      if (stack.length === MAX_DEPTH) return bad(at)
      if (frame !== undefined) add(frame, opened.value)
      stack.push(opened)
      frame = opened
      at++
      continue
    }
    const scalar = readString(text, at) ?? readScalar(text, at)
    if (scalar.status === 'cut') return cutIn(stack)
    if (scalar.status === 'bad' || frame === undefined) return scalar
    add(frame, scalar.value)
    at = scalar.end
  }
}

/** A list or an object that is not closed yet. */
interface Frame {
  readonly close: string
  readonly value: JsonValue
  readonly object?: Record<string, JsonValue>
  readonly list?: JsonValue[]
  key: string
  /** Whether an entry was read, so that a comma or the end must follow. */
  isFilled: boolean
}

function openFrame(char: string | undefined): Frame | undefined {
  if (char === '{') {
    const object: Record<string, JsonValue> = {}
    return { close: '}', value: object, object, key: '', isFilled: false }
  }
  if (char !== '[' && char !== '(') return undefined
  const list: JsonValue[] = []
  return { close: char === '[' ? ']' : ')', value: list, list, key: '', isFilled: false }
}

function add(frame: Frame, value: JsonValue): void {
  if (frame.object !== undefined) frame.object[frame.key] = value
  else frame.list?.push(value)
  frame.isFilled = true
}

const bad = (end: number): Lenient => ({ status: 'bad', end })

function cutIn(stack: readonly Frame[]): Lenient {
  const open = stack.map(({ value }) => value)
  const [partial] = open
  return { status: 'cut', open, ...(partial !== undefined && { partial }) }
}
