/**
 * A JSON Schema as plain data, draft-07 or 2020-12. Only the keywords Drover reads are named; any other is kept.
 * @see https://json-schema.org/draft/2020-12/json-schema-validation
 */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: { readonly [name: string]: JsonSchema | boolean }
  readonly required?: readonly string[]
  readonly items?: JsonSchema | boolean | readonly (JsonSchema | boolean)[]
  readonly enum?: readonly unknown[]
  readonly [keyword: string]: unknown
}
