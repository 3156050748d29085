import type { JsonValue } from '../message.ts'
import { SECRET_MARK } from '../redaction.ts'
import { isRecord } from './cassette.ts'
import { printJson } from './print-json.ts'

const CONTEXT_LINES = 3
const MAX_CHANGED_LINES = 8
const MAX_COLUMNS = 140

/** Where two values differ first, and what that looks like. */
export interface Difference {
  /** Such as `messages[2].content`. */
  readonly path: string
  /** Lines around it: `-` before what was recorded, `+` before what came. */
  readonly lines: () => string
}

/**
 * The first difference between what was recorded and what came, with the keys of objects in order; undefined where there
 * is none. `[secret]` in a recorded text stands for any text, and alone for any value.
 */
export function firstDifference(recorded: JsonValue, came: JsonValue): Difference | undefined {
  const expected = inOrder(recorded)
  const got = withSecrets(expected, inOrder(came))
  const path = firstPath(expected, got, '')
  if (path === undefined) return undefined
  return { path: path.replace(/^\./, ''), lines: () => toLines(expected, got) }
}

/** A value without what stands at the paths, in which `*` is any one key or index. */
export function without(value: JsonValue, paths: readonly string[]): JsonValue {
  return paths.reduce(
    (rest, path) => remove(rest, path.replace(/\[(.+?)\]/g, '.$1').split('.')),
    value,
  )
}

function remove(value: JsonValue, [name, ...rest]: readonly string[]): JsonValue {
  if (name === undefined || typeof value !== 'object' || value === null) return value
  const isMeant = (key: string): boolean => name === '*' || name === key
  if (Array.isArray(value)) {
    const kept = value.map((child: JsonValue, index) =>
      isMeant(String(index)) ? (rest.length === 0 ? null : remove(child, rest)) : child,
    )
    return kept
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      if (!isMeant(key)) return [[key, child]]
      return rest.length === 0 ? [] : [[key, remove(child, rest)]]
    }),
  )
}

function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, child]) => [key, inOrder(child)]))
}

/** What came, with the recorded text wherever that has a secret and fits. */
function withSecrets(recorded: JsonValue | undefined, came: JsonValue): JsonValue {
  if (recorded === SECRET_MARK) return recorded
  if (typeof recorded === 'string' && typeof came === 'string') {
    return fits(recorded.split(SECRET_MARK), came) ? recorded : came
  }
  if (Array.isArray(recorded) && Array.isArray(came)) {
    return came.map((child, index) => withSecrets(recorded[index], child))
  }
  if (!isRecord(recorded) || !isRecord(came)) return came
  return Object.fromEntries(
    Object.entries(came).map(([key, child]) => [
      key,
      withSecrets(Object.hasOwn(recorded, key) ? recorded[key] : undefined, child),
    ]),
  )
}

/** Whether a text has all parts in order, the first at its beginning and the last at its end. */
function fits(parts: readonly string[], text: string): boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return first === text
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const part of rest) {
    const found = text.indexOf(part, from)
    if (found < 0) return false
    from = found + part.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

function firstPath(
  expected: JsonValue | undefined,
  got: JsonValue | undefined,
  path: string,
): string | undefined {
  if (Array.isArray(expected) && Array.isArray(got)) {
    const length = Math.max(expected.length, got.length)
    for (let index = 0; index < length; index++) {
      const found = firstPath(expected[index], got[index], `${path}[${index}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isRecord(expected) && isRecord(got)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(got)])].toSorted()) {
      const [a, b] = [expected, got].map((side) =>
        Object.hasOwn(side, key) ? side[key] : undefined,
      )
      const found = firstPath(a, b, `${path}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return expected === got ? undefined : path
}

function toLines(expected: JsonValue, got: JsonValue): string {
  // One line for each value: a difference then is one line, too.
  const [a, b] = [expected, got].map((value) => printJson(value, 0).split('\n'))
  if (a === undefined || b === undefined) return ''
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++
  }
  const from = commonStart(a[start] ?? '', b[start] ?? '') - 40
  return [
    ...a.slice(Math.max(0, start - CONTEXT_LINES), start).map((line) => `    ${cut(line, 0)}`),
    ...changed('-', a.slice(start, a.length - end), from),
    ...changed('+', b.slice(start, b.length - end), from),
    ...a.slice(a.length - end, a.length - end + CONTEXT_LINES).map((line) => `    ${cut(line, 0)}`),
  ].join('\n')
}

function changed(sign: string, lines: readonly string[], from: number): readonly string[] {
  const shown = lines
    .slice(0, MAX_CHANGED_LINES)
    .map((line, index) => `  ${sign} ${cut(line, index === 0 ? from : 0)}`)
  const left = lines.length - shown.length
  return left > 0 ? [...shown, `  ${sign} … ${left} more lines`] : shown
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** At most so many characters of a line: from `from` on, where that is far into it. */
function cut(line: string, from: number): string {
  const blanks = /^ */.exec(line)?.[0] ?? ''
  const start = from > MAX_COLUMNS / 2 ? from : 0
  const part = line.slice(start, start + MAX_COLUMNS)
  const head = start > 0 ? `${blanks}…` : ''
  return head + part + (start + MAX_COLUMNS < line.length ? '…' : '')
}
