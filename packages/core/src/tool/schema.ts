import { DroverError } from '../errors.ts'
import type { JsonSchema } from '../json-schema.ts'
import { lowerSchema } from './lower.ts'
import type { ToolParameters } from './parameters.ts'
import type { ParseResult } from './parse-result.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What may be given as `input`: a Standard JSON Schema such as zod 4's, `zod3(…)`, `zodMini(…)`, or raw JSON Schema. */
export type ToolInput = StandardSchema | JsonSchema

/** An input schema, read once. */
export interface InputSchema {
  readonly parameters: ToolParameters
  readonly parse: (input: unknown) => ParseResult | Promise<ParseResult>
}

/**
 * Converts, checks and lowers the input schema of a tool.
 * @throws DroverError `config.tool` when it is not an object schema or cannot be written as JSON Schema.
 */
export function readInputSchema(schema: ToolInput, toolName: string): InputSchema {
  const standard = isStandard(schema) ? schema['~standard'] : undefined
  const source = standard?.jsonSchema?.input({ target: 'draft-2020-12' }) ?? schema
  // Converted or given: a JSON Schema object either way.
  const parameters = lowerSchema(source as JsonSchema)
  if (standard === undefined) return { parameters, parse: (value) => ({ ok: true, value }) }
  void toolName
  return { parameters, parse: readOutputSchema(schema as StandardSchema, toolName) }
}

/** A check of what a tool gave. Without a schema everything passes. */
export function readOutputSchema(
  schema: StandardSchema | undefined,
  toolName: string,
): (value: unknown) => ParseResult | Promise<ParseResult> {
  if (schema === undefined) return (value) => ({ ok: true, value })
  if (!isStandard(schema)) throw new DroverError('config.tool', `Tool \`${toolName}\`: bad output.`)
  return async (value) => {
    const result = await schema['~standard'].validate(value)
    return result.issues === undefined
      ? { ok: true, value: result.value }
      : { ok: false, issues: result.issues.map((issue) => issue.message) }
  }
}

function isStandard(schema: ToolInput): schema is StandardSchema {
  return '~standard' in schema
}
