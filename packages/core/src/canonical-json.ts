import type { JsonValue } from './message.ts'

/** JSON text in which the order of keys plays no part: the same for two values that mean the same. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, sorted)
}

function sorted(_key: string, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
