import type { JsonSchema } from '../json-schema.ts'

/**
 * The `parameters` of both wire formats: an object whose every property has a string `type` and a `description`, at every
 * depth. Plain JSON, frozen.
 */
export interface ToolParameters extends JsonSchema {
  readonly type: 'object'
  readonly properties: { readonly [name: string]: JsonSchema }
}
