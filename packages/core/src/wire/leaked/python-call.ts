import { matchAt } from '../../match-at.ts'
import type { JsonValue } from '../../message.ts'
import { CLOSERS, readLenient } from '../../lenient-json.ts'
import { skipSpace } from '../../lenient-scalar.ts'

/** The arguments between the brackets of `f(a=1, b="x")`. */
export type CallArguments =
  | {
      readonly status: 'value'
      readonly end: number
      readonly named: Record<string, JsonValue>
      readonly positional: readonly JsonValue[]
      /** Arguments that are code and no value, as they are written: by name, or by position. */
      readonly code: readonly (readonly [name: string, source: string])[]
    }
  | { readonly status: 'cut' }
  | { readonly status: 'bad'; readonly end: number }

/** Longer expressions are prose or a program, not an argument. */
const MAX_EXPRESSION = 4_000

/**
 * Reads the arguments of a call as Python writes them, from the opening bracket on. Values are read, never computed: what
 * is an expression is given back as `code`, and a name that stands twice makes the whole unreadable.
 */
export function readArguments(text: string, open: number): CallArguments {
  const named: Record<string, JsonValue> = {}
  const positional: JsonValue[] = []
  const code: [string, string][] = []
  const bad = (end: number): CallArguments => ({ status: 'bad', end })
  let at = open + 1
  for (let index = 0; ; index++) {
    at = skipSpace(text, at)
    if (at >= text.length) return { status: 'cut' }
    if (text[at] === ')') return { status: 'value', end: at + 1, named, positional, code }
    if (text.startsWith('**{', at)) at += 2
    const [keyword = '', , quoted, word] = matchAt(KEYWORD, text, at) ?? []
    const name = quoted ?? word
    if (name === '__proto__' || (name !== undefined && Object.hasOwn(named, name))) return bad(at)
    at += keyword.length
    const value = readLenient(text, at)
    if (value.status === 'cut') return value
    const end = value.status === 'value' ? skipSpace(text, value.end) : value.end
    if (end >= text.length) return { status: 'cut' }
    if (value.status === 'value' && /[,)]/.test(text[end] ?? '')) {
      if (name === undefined) positional.push(value.value)
      else named[name] = value.value
      at = end
    } else {
      const after = skipExpression(text, at)
      if (after === undefined) return bad(Math.min(at + MAX_EXPRESSION, text.length))
      if (after >= text.length) return { status: 'cut' }
      code.push([name ?? String(index), text.slice(at, after).trim()])
      at = after
    }
    if (text[at] === ',') at++
  }
}

const KEYWORD = /(?:(["'])([\w$.-]+)\1|([A-Za-z_][\w$-]*))\s*(?:=(?!=)|:)\s*/y

/** The comma or bracket that ends an expression; nothing where its brackets do not match or a paragraph ends first. */
function skipExpression(text: string, start: number): number | undefined {
  const expected: string[] = []
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? ''
    if (at - start > MAX_EXPRESSION || text.startsWith('\n\n', at)) return undefined
    if (expected.length === 0 && (char === ',' || char === ')')) return at
    if (char === '"' || char === "'") {
      const string = readLenient(text, at)
      if (string.status !== 'value') return undefined
      at = string.end - 1
    } else if (CLOSERS.has(char)) expected.push(CLOSERS.get(char) ?? '')
    else if (/[)\]}]/.test(char) && expected.pop() !== char) return undefined
  }
  return text.length
}
