import { isSafeJson } from '../json.ts'
import type { JsonValue } from '../message.ts'

/** Parses JSON text; undefined where it is none, or is deeper or larger than foreign JSON may be: a text like any other. */
export function parseSafe(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return isSafeJson(value) ? value : undefined
  } catch {
    return undefined
  }
}
