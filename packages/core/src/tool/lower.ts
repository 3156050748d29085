import type { JsonSchema } from '../json-schema.ts'
import type { ToolParameters } from './parameters.ts'

/** Rewrites an object schema to what Workers AI accepts. */
export function lowerSchema(schema: JsonSchema): ToolParameters {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, value]) => [
      name,
      { type: 'string', description: name, ...(typeof value === 'object' ? value : {}) },
    ]),
  )
  return { type: 'object', properties, ...(schema.required && { required: schema.required }) }
}
