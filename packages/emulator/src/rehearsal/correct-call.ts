import type { ModelToolCall, OfferedTool } from '../model-source.ts'
import { findMentions } from './mentions.ts'
import { conforms } from './schema-check.ts'
import type { Turn } from './turn.ts'

/**
 * After a failure, the same call with the value its message offers instead: `Unknown city "Lisbn". Did you mean
 * "Lisbon"?`. Once for each tool; `undefined` when the message offers nothing.
 */
export function correctCall(
  turn: Turn,
  tools: readonly OfferedTool[],
): readonly ModelToolCall[] | undefined {
  const last = turn.calls.at(-1)
  const tool = tools.find(({ name }) => name === last?.toolName)
  if (last === undefined || tool === undefined || !last.failed) return undefined
  if (turn.calls.filter(({ toolName, failed }) => failed && toolName === tool.name).length > 1)
    return undefined
  const sent = Object.entries(last.input).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const values = new Set(sent.map(([, value]) => value))
  const offer = last.result
    .slice(0, 1000)
    .split(/did you mean|one of|available|known|choose|valid|instead/i)
    .slice(1)
    .join(' ')
  const { quoted, names, paths } = findMentions(offer.replace(/^[\s:,]+/, 'of '))
  const offered = [...quoted, ...names.map(({ name }) => name), ...paths].filter(
    (value) => !values.has(value) && !Object.hasOwn(last.input, value),
  )
  for (const [name, value] of sent) {
    const [nearest] = offered.toSorted((left, right) => shared(right, value) - shared(left, value))
    const input = { ...last.input, [name]: nearest ?? value }
    if (nearest !== undefined && conforms(input, tool.parameters))
      return [{ toolName: tool.name, input }]
  }
  return undefined
}

// How alike two words are: their pairs of letters in common.
function shared(left: string, right: string): number {
  const pairs = (text: string): string[] =>
    Array.from(
      text.toLowerCase().slice(0, 60),
      (letter, index) => letter + (text.toLowerCase()[index + 1] ?? ''),
    )
  const others = new Set(pairs(right))
  const own = pairs(left)
  return own.filter((pair) => others.has(pair)).length / Math.max(1, own.length)
}
