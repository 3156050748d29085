import { findEnding, findFolder } from './file-argument.ts'
import { findMentions } from './mentions.ts'
import type { ResultRow } from './result-rows.ts'
import { splitWords, stem } from './words.ts'

/** A figure worked out from the rows of a result. */
export interface Figure {
  readonly sentence: string
  /** What it is about, where it compares: the label of the winning row or group. */
  readonly label?: string
  /** The numbers it is the sum of, where it is one of several: something a calculator can check. */
  readonly terms: readonly number[]
}

const MOST = /\b(most|largest|biggest|longest|highest|greatest|heaviest)\b/i
const LEAST = /\b(fewest|least|smallest|shortest|lowest|cheapest|lightest)\b/i
const COUNT = /\bhow many\s+([^?.!]{1,80})|\b(?:number|count) of\s+([^?.!]{1,80})/i

/** True for a question that is answered by counting or comparing the rows of a list. */
export function asksForFigure(question: string): boolean {
  const asked = withoutQuotes(question)
  const counts = COUNT.test(asked) && !/\bhow many times\b/i.test(asked)
  return counts || MOST.test(asked) || LEAST.test(asked)
}

/** Answers such a question from rows; `undefined` when the rows do not hold what is asked. */
export function findFigure(text: string, rows: readonly ResultRow[]): Figure | undefined {
  const question = withoutQuotes(text)
  const kept = filterRows(question, rows)
  const superlative = MOST.exec(question) ?? LEAST.exec(question)
  if (superlative !== null) return compare(question, superlative[0], kept)
  const counted = COUNT.exec(question)
  if (counted === null || rows.length === 0) return undefined
  return {
    sentence: `There are ${kept.length} ${withoutVerb(counted[1] ?? counted[2] ?? '')}.`,
    terms: [],
  }
}

// What is quoted is something to look for: `find "the most"` compares nothing.
function withoutQuotes(text: string): string {
  return text.slice(0, 8000).replace(/"[^"]*"|`[^`]*`|“[^”]*”/g, ' ')
}

function compare(
  question: string,
  superlative: string,
  rows: readonly ResultRow[],
): Figure | undefined {
  const groups = new Map<string, number[]>()
  const unit = chooseUnit(question, rows)
  for (const row of rows) {
    const group = groupOf(question, row.label)
    // Without any number the rows themselves are what is counted.
    const number = unit === undefined ? 1 : row.numbers.get(unit)
    if (group !== undefined && number !== undefined)
      groups.set(group, [...(groups.get(group) ?? []), number])
  }
  const sums = Array.from(groups, ([group, terms]) => ({
    group,
    terms,
    sum: terms.reduce((sum, term) => sum + term, 0),
  }))
  const direction = LEAST.test(superlative) ? 1 : -1
  sums.sort((left, right) => direction * (left.sum - right.sum))
  const [first, ...others] = sums
  if (first === undefined) return undefined
  const word = superlative.toLowerCase()
  const next = others
    .slice(0, 3)
    .map(({ group, sum }) => `${group} ${round(sum)}`)
    .join(', ')
  const what = unit ?? 'entries'
  const sum = round(first.sum)
  const claim = /^(?:most|fewest|least)$/.test(word)
    ? `has the ${word} ${what}`.trim() + `: ${sum}`
    : `is the ${word}: ${sum} ${what}`.trim()
  return {
    sentence: `\`${first.group}\` ${claim}${next === '' ? '' : ` (next: ${next})`}.`,
    label: first.group,
    terms: unit === undefined ? [] : first.terms,
  }
}

// `markdown files are in docs` → `markdown files in docs`
function withoutVerb(things: string): string {
  const [noun = '', rest = ''] = things
    .trim()
    .split(/\s+(?:are|is|do|does|did|have|has|were|was|can|exist)\b\s*(?:there\b)?\s*/i)
  return /^(?:in|inside|under|within|of)\b/i.test(rest) ? `${noun} ${rest.trim()}` : noun
}

function filterRows(question: string, rows: readonly ResultRow[]): readonly ResultRow[] {
  const ending = findEnding(question)
  const folder = findFolder(findMentions(question))
  const tests: ((row: ResultRow) => boolean)[] = []
  if (ending !== undefined)
    tests.push(({ label }) => new RegExp(String.raw`\.[mc]?${ending}x?$`, 'i').test(label))
  if (folder !== undefined)
    tests.push(({ label }) => `/${label}`.includes(`/${folder.replace(/^\.?\//, '')}/`))
  if (/\bsource\b/i.test(question)) tests.push(({ label }) => /(?:^|\/)src\//.test(label))
  if (/\btests?\b/i.test(question)) tests.push(({ label }) => /test/i.test(label))
  return tests.reduce((left, test) => {
    const passing = left.filter(test)
    // A tool that was given the folder or the ending lists nothing else, and often leaves them out of its rows.
    return passing.length > 0 ? passing : left
  }, rows)
}

function chooseUnit(question: string, rows: readonly ResultRow[]): string | undefined {
  const units = new Set(rows.slice(0, 200).flatMap((row) => [...row.numbers.keys()]))
  const asked = new Set(splitWords(question).map(stem))
  return (
    [...units].find((unit) => splitWords(unit).some((word) => asked.has(stem(word)))) ??
    [...units][0]
  )
}

function groupOf(question: string, label: string): string | undefined {
  const parts = label.split('/')
  const container = /\b(package|example|app|module|crate|project|workspace)s?\b/i
    .exec(question)?.[1]
    ?.toLowerCase()
  if (container !== undefined) {
    const position = parts.findIndex((part) => part === `${container}s` || part === container)
    if (position >= 0) return parts[position + 1]
    return parts.length > 1 ? parts[0] : label
  }
  if (/\b(?:folder|directory)\b/i.test(question))
    return parts.length > 1 ? parts.slice(0, -1).join('/') : '.'
  return label
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
