import { readScalar, readString, readWord, skipSpace } from './lenient-scalar.ts'
import type { JsonValue } from './message.ts'

/** What came of reading a value that a model wrote. */
export type Lenient =
  | { readonly status: 'value'; readonly value: JsonValue; readonly end: number }
  /** The text ended inside the value. `open` are the lists and objects not closed, the outermost first, as far as they go. */
  | { readonly status: 'cut'; readonly open: readonly JsonValue[] }
  /** Not a value; `end` is how far it was read. */
  | { readonly status: 'bad'; readonly end: number }

/** The limits of `json.ts`. */
const MAX_DEPTH = 64
const MAX_KEYS = 10_000

/** What closes each bracket. */
export const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

/**
 * Reads one value as models write it: JSON, and what Python and JavaScript allow besides it. Single and triple quotes,
 * raw newlines in strings, unquoted keys, trailing commas, tuples, `True`, `False`, `None`. A number that a double would
 * change (`02134`, twenty digits) stays the text it is.
 *
 * Nothing is closed that the text leaves open, no key may stand twice, `__proto__` is refused. Without recursion, in one pass.
 *
 * @param isExact true refuses what JSON has no word for: tuples, and numbers that would have to stay text
 */
export function readLenient(text: string, start: number, isExact = false): Lenient {
  const stack: Frame[] = []
  let keys = 0
  let at = start
  for (;;) {
    at = skipSpace(text, at)
    const char = text[at]
    if (char === undefined) return cutIn(stack)
    const frame = stack.at(-1)
    if (char === frame?.close && frame.key === undefined) {
      const { value } = frame
      // `(1)` is a number in brackets to Python, and no list.
      if (char === ')' && frame.isFilled && Object.keys(Object(value)).length === 1) return bad(at)
      at++
      stack.pop()
      if (stack.length === 0) return { status: 'value', value, end: at }
    } else if (frame?.isFilled) {
      if (char !== ',') return bad(at)
      frame.isFilled = false
      at++
    } else if (frame?.close === '}' && frame.key === undefined) {
      const key = readString(text, at) ?? readWord(text, at)
      if (key.status === 'cut') return cutIn(stack)
      if (key.status === 'bad') return key
      at = skipSpace(text, key.end)
      if (at >= text.length) return cutIn(stack)
      const isRefused = key.value === '__proto__' || Object.hasOwn(Object(frame.value), key.value)
      if (text[at] !== ':' || isRefused) return bad(at)
      frame.key = key.value
      at++
    } else {
      if (++keys > MAX_KEYS) return bad(at)
      const close = CLOSERS.get(char)
      if (close !== undefined) {
        if (stack.length === MAX_DEPTH || (isExact && char === '(')) return bad(at)
        const value = char === '{' ? {} : []
        put(frame, value)
        stack.push({ close, value, isFilled: false })
        at++
        continue
      }
      const scalar = readString(text, at) ?? readScalar(text, at, isExact)
      if (scalar.status === 'cut') return cutIn(stack)
      if (scalar.status === 'bad' || frame === undefined) return scalar
      put(frame, scalar.value)
      at = scalar.end
    }
  }
}

/** A list or an object that is not closed yet. */
interface Frame {
  readonly close: string
  readonly value: JsonValue[] | Record<string, JsonValue>
  /** The key whose value comes next. */
  key?: string | undefined
  /** Whether an entry was read, so that a comma or the end must follow. */
  isFilled: boolean
}

function put(frame: Frame | undefined, value: JsonValue): void {
  if (frame === undefined) return
  if (Array.isArray(frame.value)) frame.value.push(value)
  else frame.value[frame.key ?? ''] = value
  frame.key = undefined
  frame.isFilled = true
}

const bad = (end: number): Lenient => ({ status: 'bad', end })
const cutIn = (stack: readonly Frame[]): Lenient => ({
  status: 'cut',
  open: stack.map(({ value }) => value),
})
