import { checkOption, expected } from '../option.ts'
import { toFlatTool, toFunctionTool, toolText } from '../tool/format.ts'
import { checkToolNames, type AnyTool } from '../tool/tool.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { WireTools } from '../wire/request.ts'

/** Tools that are offered together, in the forms that asking, reading and answering need. */
export interface ToolSet {
  readonly byName: ReadonlyMap<string, AnyTool>
  readonly list: readonly AnyTool[]
  /** Undefined where there is no tool. */
  readonly wire: WireTools | undefined
}

/** The set of those tools that have one of these names, in the tools' own order. */
export type ToolSets = (names: Iterable<string>, profile: ModelProfile) => ToolSet

/**
 * Tools by name.
 * @throws DroverError `config.tool` for duplicate names and for what no `tool(…)` made; `config.invalid` for no list.
 */
export function toolsByName(tools: readonly unknown[]): ReadonlyMap<string, AnyTool> {
  if (!Array.isArray(tools)) throw expected('config.invalid', '`tools`', 'a list of tools', tools)
  const made = tools.map((tool: unknown, index) => {
    // Seen on the next line; each tool is only ever given what its own `parseInput` gave.
    const given = tool as AnyTool | undefined
    if (typeof given?.parseInput === 'function') return given
    throw expected('config.tool', `\`tools[${index}]\``, 'made by `tool({ … })`', tool)
  })
  checkToolNames(made)
  return new Map(made.map((tool) => [tool.name, tool]))
}

/**
 * Makes each set once, so that what the wire says of it is written once.
 * @throws DroverError `config.invalid` for an unknown format.
 */
export function createToolSets(
  tools: ReadonlyMap<string, AnyTool>,
  format: 'flat' | 'function' | 'auto' = 'auto',
): ToolSets {
  checkOption('toolFormat', format, ['flat', 'function', 'auto'])
  const known = new Map<string, ToolSet>()
  return (names, { toolFormat }) => {
    const wanted = new Set(names)
    const list = [...tools.values()].filter(({ name }) => wanted.has(name))
    const chosen = format === 'auto' ? toolFormat : format
    const key = [chosen, ...list.map(({ name }) => name)].join()
    const set = known.get(key) ?? {
      byName: new Map(list.map((tool) => [tool.name, tool])),
      list,
      wire: toWireTools(list, chosen),
    }
    known.set(key, set)
    return set
  }
}

/** Tools in the form the model is to get, serialised once. */
function toWireTools(
  tools: readonly AnyTool[],
  format: 'flat' | 'function',
): WireTools | undefined {
  if (tools.length === 0) return undefined
  return {
    list: tools.map((tool) => (format === 'flat' ? toFlatTool(tool) : toFunctionTool(tool))),
    text: `[${tools.map((tool) => toolText(tool, format)).join(',')}]`,
  }
}
