import type { JsonValue } from '@drover/core'
import { isJsonObject, parseJson } from '../json-object.ts'
import { findMentions } from './mentions.ts'
import { conceptOf, contentStems, splitWords, stem } from './words.ts'

/** What earlier tool results hold that a later call may need. */
export interface Facts {
  /** Values by the name they stood under, in lower case without separators: `orderid`. */
  readonly values: ReadonlyMap<string, readonly JsonValue[]>
  readonly paths: readonly string[]
}

const MAX_TEXT = 50_000
const MAX_VALUES = 2000

/** Collects the named values and the paths of results, each result being JSON or plain text. */
export function readFacts(results: readonly string[]): Facts {
  const values = new Map<string, JsonValue[]>()
  const paths: string[] = []
  let left = MAX_VALUES
  const visit = (value: JsonValue, key: string): void => {
    if (left-- <= 0) return
    if (Array.isArray(value)) for (const item of value) visit(item, key)
    else if (isJsonObject(value)) {
      for (const [name, item] of Object.entries(value)) visit(item, toKey(name))
    } else {
      if (key !== '') values.set(key, [...(values.get(key) ?? []).slice(0, 20), value])
      if (typeof value === 'string') paths.push(...pathsOf(value))
    }
  }
  for (const result of results) {
    const text = result.slice(0, MAX_TEXT)
    const json = parseJson(text)
    if (json === undefined || typeof json !== 'object') paths.push(...pathsOf(text))
    else visit(json, '')
  }
  return { values, paths: [...new Set(paths)] }
}

/** The value that stood under this name or, for `orderId` and the like, under `id`, or under a word for the same. */
export function findFact(facts: Facts, name: string): readonly JsonValue[] {
  const exact = facts.values.get(toKey(name))
  if (exact !== undefined) return exact
  if (/id$/i.test(name)) return facts.values.get('id') ?? []
  const wanted = sameAs(splitWords(name).at(-1) ?? '')
  for (const [key, values] of facts.values) if (sameAs(key) === wanted) return values
  return []
}

/** The path that fits the words of a question best; the first where none does. */
export function choosePath(paths: readonly string[], question: string): string | undefined {
  const asked = contentStems(question)
  const score = (path: string): number =>
    splitWords(path).filter((word) => asked.has(stem(word))).length
  return paths.toSorted((left, right) => score(right) - score(left))[0]
}

function pathsOf(text: string): readonly string[] {
  const files: string[] = []
  for (const line of text.split('\n', 2000)) {
    files.push(...findMentions(line.slice(0, 300).replace(/:\d+:.*/, '')).paths)
    if (files.length > MAX_VALUES) break
  }
  return files.filter((path) => !path.endsWith('/'))
}

function toKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function sameAs(word: string): string {
  const lower = word.toLowerCase()
  return /^(?:amount|total|price|cost|sum|value)$/.test(lower) ? 'amount' : conceptOf(stem(lower))
}
