import type { JsonSchema } from './json-schema.ts'
import { own } from './json.ts'

/** A schema, or the boolean schemas: `true` allows everything, `false` nothing. */
export type SchemaNode = JsonSchema | boolean

/** The schema that a local `$ref` such as `#`, `#/$defs/city` or `#/properties/city` names; undefined when none does. */
export function resolveRef(root: SchemaNode, ref: string): SchemaNode | undefined {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  const keys = ref.slice(2).split('/')
  let node: unknown = root
  let key = ''
  for (const [index, part] of keys.entries()) {
    key += unescapeKey(part)
    const child = own(node, key)
    if (child === undefined && index < keys.length - 1) {
      // zod-to-json-schema leaves a `/` inside a property name unescaped.
      key += '/'
      continue
    }
    node = child
    key = ''
  }
  return isSchemaNode(node) ? node : undefined
}

/** True for what may stand where a schema stands. */
export function isSchemaNode(value: unknown): value is SchemaNode {
  return typeof value === 'boolean' || isSchemaObject(value)
}

/** True for a schema with keywords. */
export function isSchemaObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
