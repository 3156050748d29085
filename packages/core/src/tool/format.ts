import { remembered } from '../remembered.ts'
import type { ToolParameters } from './parameters.ts'

/** How Workers AI takes a tool: `flat`, or inside `{ type: 'function', function }`. Both stand on the model pages. */
export type ToolFormat = 'flat' | 'function'

/** What the wire says of a tool. */
export interface FlatTool {
  readonly name: string
  readonly description: string
  readonly parameters: ToolParameters
}

/** The same, wrapped the way OpenAI does. */
export interface FunctionTool {
  readonly type: 'function'
  readonly function: FlatTool
}

/** The flat form, `{ name, description, parameters }`. The same frozen object for the same tool each time. */
export const toFlatTool: (tool: FlatTool) => FlatTool = remembered(
  ({ name, description, parameters }) => Object.freeze({ name, description, parameters }),
)

/** The wrapped form, `{ type: 'function', function: { … } }`. The same frozen object for the same tool each time. */
export const toFunctionTool: (tool: FlatTool) => FunctionTool = remembered((tool) =>
  Object.freeze({ type: 'function', function: toFlatTool(tool) }),
)

/** One form as JSON text, serialised once per tool: the constant part of every request of a run. */
export function toolText(tool: FlatTool, format: ToolFormat): string {
  return textOf(format === 'flat' ? toFlatTool(tool) : toFunctionTool(tool))
}

const textOf = remembered((form: object) => JSON.stringify(form))
