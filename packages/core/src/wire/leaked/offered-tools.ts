import type { JsonSchema } from '../../json-schema.ts'
import { own } from '../../json.ts'

/** A tool that the model was offered. */
export interface OfferedTool {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the input, an object. */
  readonly parameters: JsonSchema
}

/** The offered tools by name. */
export type OfferedTools = ReadonlyMap<string, OfferedTool>

/** The tool of a name as a model writes it; `functions.` before it is part of the prompt format of GPT and Kimi models. */
export function offeredTool(tools: OfferedTools, name: string): OfferedTool | undefined {
  return tools.get(name) ?? tools.get(name.replace(/^functions\.|:\d+$/g, ''))
}

/** The names of a tool's parameters. */
export function parameterNames(tool: OfferedTool): readonly string[] {
  return Object.keys(tool.parameters.properties ?? {})
}

/** Whether a tool has a parameter of that name. */
export function hasParameter(tool: OfferedTool, name: string): boolean {
  return own(tool.parameters.properties, name) !== undefined
}

/** Whether an input has nothing but parameters of a tool. */
export function hasOnlyParameters(tool: OfferedTool, input: object): boolean {
  return Object.keys(input).every((key) => hasParameter(tool, key))
}
