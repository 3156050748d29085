import type { JsonObject } from '../json-object.ts'
import { ownValue } from '../json-object.ts'
import type { ModelToolCall, OfferedTool } from '../model-source.ts'
import { findMentions } from './mentions.ts'
import { scalarTexts } from './scalar-argument.ts'
import { conforms } from './schema-check.ts'
import { propertiesOf } from './schema-type.ts'

const MAX_CALLS = 4

/** One call for each of several things named in a row: `weather in Paris and Rome` is two. */
export function fanOut(
  tool: OfferedTool,
  input: JsonObject,
  text: string,
): readonly ModelToolCall[] {
  const { names, numbers, quoted, paths, identifiers, urls } = findMentions(text)
  const kinds = [
    names.map(({ name }) => name),
    numbers.map(({ written }) => written),
    quoted,
    paths,
    identifiers,
    urls,
  ]
  const used = new Set(scalarTexts(Object.values(input).flat()))
  for (const { name } of propertiesOf(tool.parameters)) {
    const value = ownValue(input, name)
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const kind = kinds.find((candidates) => candidates.includes(String(value)))
    const others =
      kind === undefined
        ? []
        : following(String(value), kind, text).filter((other) => !used.has(other))
    const copies = others
      .map((other) => ({ ...input, [name]: typeof value === 'number' ? Number(other) : other }))
      .filter((copy) => conforms(copy, tool.parameters))
    if (copies.length > 0) {
      return [input, ...copies]
        .slice(0, MAX_CALLS)
        .map((each) => ({ toolName: tool.name, input: each }))
    }
  }
  return [{ toolName: tool.name, input }]
}

// What stands after `first` with nothing but a comma or `and` between.
function following(first: string, candidates: readonly string[], text: string): readonly string[] {
  const found: string[] = []
  let position = text.indexOf(first) + first.length
  while (found.length < MAX_CALLS) {
    const joint =
      /^["'`]?\s*(?:,\s*and|,|and|or|&|vs\.?)\s+(?:(?:in|for|of|order|at)\s+)?["'`#]?/i.exec(
        text.slice(position, position + 30),
      )?.[0]
    const start = position + (joint?.length ?? 0)
    const next =
      joint === undefined
        ? undefined
        : candidates.find((candidate) => text.startsWith(candidate, start))
    if (next === undefined) break
    found.push(next)
    position = start + next.length
  }
  return found
}
