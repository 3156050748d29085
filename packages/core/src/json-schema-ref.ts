import type { JsonSchema } from './json-schema.ts'
import { own } from './json.ts'

/** A schema, or the boolean schemas: `true` allows everything, `false` nothing. */
export type SchemaNode = JsonSchema | boolean

/** The schema that a local `$ref` such as `#`, `#/$defs/city` or `#/properties/city` names; undefined when none does. */
export function resolveRef(root: unknown, ref: string): unknown {
  const [start, ...keys] = ref.split('/').map(unescapeKey)
  return keys.reduce(own, start === '#' ? root : undefined)
}

/** True for what may stand where a schema stands. */
export function isSchemaNode(value: unknown): value is SchemaNode {
  return typeof value === 'boolean' || isSchemaObject(value)
}

/** True for a schema with keywords. */
export function isSchemaObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value where it is a list; an empty one for anything else that a schema may hold in its place. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function unescapeKey(part: string): string {
  let key = part
  try {
    key = decodeURIComponent(part)
  } catch {
    // A `%` that is no escape stands for itself.
  }
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}
