import { cutText } from '../cut-text.ts'

/** Characters of a tool's output that the model sees, unless set otherwise. */
export const DEFAULT_MAX_OUTPUT_CHARS = 24_000

/**
 * The text the model reads for what a tool gave: a string as it is, nothing for `undefined`, everything else as JSON.
 * BigInts become digits, Maps and Sets lists, bytes their length, errors their name and message, a cycle `"[circular]"`.
 * Never throws.
 */
export function toOutputText(value: unknown, maxChars: number = DEFAULT_MAX_OUTPUT_CHARS): string {
  return cutText(asText(value), maxChars)
}

/**
 * `name: message` of anything that was thrown, at most 500 characters.
 * Never throws, whatever the thrown thing's own `toString` does.
 */
export function toErrorText(thrown: unknown): string {
  let text = ''
  try {
    text = asText(thrown instanceof Error ? toPlain(thrown) : thrown)
  } catch {
    // A thrown thing that cannot be looked at stays unknown.
  }
  return cutText(text || 'unknown error', 500)
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  try {
    return JSON.stringify(value, createReplacer()) ?? `[${typeof value}]`
  } catch {
    // A throwing getter or `toJSON`, a revoked proxy: the work was done, only its result cannot be shown.
    return '[the result could not be written as JSON]'
  }
}

/** Keeps the way down to the value at hand, so that a repeated value is written twice and only a cycle is cut. */
function createReplacer(): (this: unknown, key: string, value: unknown) => unknown {
  const path: unknown[] = []
  return function (this: unknown, _key: string, value: unknown): unknown {
    while (path.length > 0 && path.at(-1) !== this) path.pop()
    const plain = toPlain(value)
    if (typeof plain !== 'object' || plain === null) return plain
    if (path.includes(plain)) return '[circular]'
    path.push(plain)
    return plain
  }
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Map || value instanceof Set) return [...value]
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    return `[${value.byteLength} bytes]`
  return value
}
