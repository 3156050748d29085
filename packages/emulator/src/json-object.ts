import type { JsonValue } from '@drover/core'

/** A JSON object. Its keys may be foreign text: read them with `Object.hasOwn` or `Object.entries`. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Nesting beyond this is refused: nothing Workers AI takes is deeper, and walkers stay on the stack. */
const MAX_DEPTH = 64

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object of the fields that are there. */
export function toJsonObject(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as JsonObject // `undefined` has been filtered
}

/** The own property `key`, never one of a prototype. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Parses foreign JSON text; `undefined` when it is no JSON or nested deeper than 64 levels. */
export function parseJson(text: string): JsonValue | undefined {
  if (tooDeep(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function tooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return true
    } else if (character === '}' || character === ']') depth--
  }
  return false
}
