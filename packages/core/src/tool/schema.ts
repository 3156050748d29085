import type { JsonValue } from '../message.ts'
import type { ParseResult, ToolInput, ToolParameters } from './tool.ts'

/** An input schema, read once. */
export interface InputSchema {
  readonly parameters: ToolParameters
  readonly parse: (input: unknown) => ParseResult | Promise<ParseResult>
}
export declare function readInputSchema(schema: ToolInput, toolName: string): InputSchema
