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

interface Formats {
  readonly flat: FlatTool
  readonly function: FunctionTool
  readonly texts: Map<ToolFormat, string>
}

const cache = new WeakMap<FlatTool, Formats>()

/** The flat form, `{ name, description, parameters }`. The same frozen object for the same tool each time. */
export function toFlatTool(tool: FlatTool): FlatTool {
  return formats(tool).flat
}

/** The wrapped form, `{ type: 'function', function: { … } }`. The same frozen object for the same tool each time. */
export function toFunctionTool(tool: FlatTool): FunctionTool {
  return formats(tool).function
}

/** One form as JSON text, serialised once per tool: the constant part of every request of a run. */
export function toolText(tool: FlatTool, format: ToolFormat): string {
  const { texts, ...forms } = formats(tool)
  let text = texts.get(format)
  if (text === undefined) {
    text = JSON.stringify(forms[format])
    texts.set(format, text)
  }
  return text
}

function formats(tool: FlatTool): Formats {
  let made = cache.get(tool)
  if (made === undefined) {
    const { name, description, parameters } = tool
    const flat = Object.freeze({ name, description, parameters })
    const wrapped = Object.freeze({ type: 'function' as const, function: flat })
    made = { flat, function: wrapped, texts: new Map() }
    cache.set(tool, made)
  }
  return made
}
