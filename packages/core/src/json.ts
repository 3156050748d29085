import { DroverError } from './errors.ts'
import type { JsonValue } from './message.ts'

/** How much foreign JSON may hold. */
export interface JsonLimits {
  /** Characters of text. @default 1_048_576 */
  readonly maxChars?: number
  /** Levels of nesting. @default 64 */
  readonly maxDepth?: number
  /** Object keys and list entries in all. @default 10_000 */
  readonly maxKeys?: number
}

/**
 * Parses JSON text that somebody else wrote.
 * @throws SyntaxError when it is not JSON; DroverError `security.limit` past a limit or at a forbidden key.
 */
export function parseJson(text: string, limits: JsonLimits = {}): JsonValue {
  atMost(limits.maxChars ?? 1_048_576, text.length, 'characters')
  return guardJson(JSON.parse(text), limits)
}

/**
 * Checks parsed JSON against the limits, without recursion, and gives it back.
 * @throws DroverError `security.limit` past a limit, or at the keys `__proto__` and `constructor.prototype`.
 */
export function guardJson(value: unknown, limits: JsonLimits = {}): JsonValue {
  const { maxDepth = 64, maxKeys = 10_000 } = limits
  let keys = 0
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    atMost(maxDepth, depth, 'levels')
    const next: unknown[] = []
    for (const node of level) {
      if (typeof node !== 'object' || node === null) continue
      const entries = Object.entries(node)
      atMost(maxKeys, (keys += entries.length), 'keys')
      for (const [name, child] of entries) {
        const isTrick = name === 'constructor' && own(child, 'prototype') !== undefined
        if (isTrick || name === '__proto__') {
          throw new DroverError('security.limit', `The key \`${name}\` is not allowed in JSON.`)
        }
        next.push(child)
      }
    }
    level = next
  }
  return value as JsonValue // every node was seen: objects, lists and what JSON.parse can give
}

function atMost(limit: number, count: number, what: string): void {
  if (count <= limit) return
  throw new DroverError('security.limit', `Expected at most ${limit} ${what} of JSON, got more.`)
}

/** Reads a property of a foreign value, its own only: never one that a prototype carries. */
export function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] // just seen to be there
    : undefined
}

/** A copy of JSON that shares nothing with the original. The value must have passed `guardJson`. */
export function cloneJson(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneJson)
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, cloneJson(child)]))
}
