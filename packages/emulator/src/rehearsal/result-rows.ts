import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, parseJson } from '../json-object.ts'

/** One line of a result: what it is about and the numbers it gives. */
export interface ResultRow {
  readonly label: string
  /** By the word a number stands under or before, in lower case; `""` where there is none. */
  readonly numbers: ReadonlyMap<string, number>
}

const MAX_ROWS = 5000

/** Reads a tool's result as rows: a list in JSON (or the longest list in an object), or lines of text. */
export function readRows(result: string): readonly ResultRow[] {
  const json = parseJson(result)
  if (json !== undefined && typeof json === 'object' && json !== null) {
    return longestList(json).slice(0, MAX_ROWS).flatMap(rowOfValue)
  }
  return result
    .split('\n', MAX_ROWS)
    .filter((line) => line.trim() !== '')
    .map(rowOfLine)
}

function longestList(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  if (!isJsonObject(value)) return []
  const lists = Object.values(value).filter(Array.isArray)
  const [longest] = lists.toSorted((left, right) => right.length - left.length)
  // `{ "core": 1204, "rest": 210 }` is a list too.
  const pairs = Object.entries(value).filter(([, item]) => typeof item === 'number')
  return longest ?? (pairs.length > 1 ? pairs.map(([name, item]) => ({ name, value: item })) : [])
}

function rowOfValue(value: JsonValue): readonly ResultRow[] {
  if (typeof value === 'string') return [rowOfLine(value)]
  if (!isJsonObject(value)) return []
  const entries = Object.entries(value)
  const numbers = entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return [
    {
      label: labelOf(value),
      numbers: new Map(numbers.map(([key, number]) => [key.toLowerCase(), number])),
    },
  ]
}

function labelOf(value: JsonObject): string {
  const preferred = ['path', 'file', 'name', 'title', 'label', 'id', 'key']
  const key = preferred.find((candidate) => Object.hasOwn(value, candidate))
  const first = Object.values(value).find((item) => typeof item === 'string')
  const label = key === undefined ? first : value[key]
  return typeof label === 'string' || typeof label === 'number'
    ? String(label)
    : JSON.stringify(value)
}

// `packages/core/src/index.ts  120 lines`, `docs/a.md: 40`, `packages/core/src/tool.ts:12: import …`
function rowOfLine(line: string): ResultRow {
  const text = line
    .trim()
    .slice(0, 500)
    .replace(/^[-*•]\s+/, '')
  const label = /^[^\s:,|]+/.exec(text)?.[0] ?? text
  const numbers = new Map<string, number>()
  // In what a search found, the number is a place, and others are part of the text.
  if (/^:\d+:/.test(text.slice(label.length))) return { label, numbers }
  for (const match of text
    .slice(label.length)
    .matchAll(/(\d+(?:,\d{3})*(?:\.\d+)?)\s*([a-z%]*)/gi)) {
    const unit = (match[2] ?? '').toLowerCase()
    if (!numbers.has(unit)) numbers.set(unit, Number((match[1] ?? '').replaceAll(',', '')))
  }
  return { label, numbers }
}
