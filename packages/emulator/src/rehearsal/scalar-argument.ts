import type { JsonValue } from '@drover/core'
import type { Evidence } from './evidence.ts'
import { take } from './evidence.ts'
import { findFact } from './facts.ts'
import type { NumberMention } from './mentions.ts'
import { conceptOf, contentStems, splitWords, stem } from './words.ts'

const NEGATION = /^(?:not|no|without|never|exclude|excluding|don|doesn|isn|except|skip)$/

/** The member of an `enum` a text speaks of: all its words, a word for the same, or the sign of an operation. */
export function findMember(
  name: string,
  all: readonly JsonValue[],
  evidence: Evidence,
): JsonValue | undefined {
  const members = all.filter((member) => typeof member !== 'object')
  const { text } = evidence.mentions
  const stems = new Set(splitWords(text).map(stem))
  const ideas = new Set(Array.from(contentStems(text), conceptOf))
  const named = members.filter((member) => {
    const words = splitWords(String(member))
    return words.length > 0 && words.every((word) => stems.has(stem(word)))
  })
  const directed = named.length > 1 ? findDirected(name, named, text) : undefined
  if (directed !== undefined) return directed
  // Of `high` and `very high` the longer one says more.
  const [longest] = named.toSorted((left, right) => String(right).length - String(left).length)
  if (longest !== undefined) return longest
  const signed = members.find((member) =>
    operations.some(([operation, sign]) => operation.test(String(member)) && sign.test(text)),
  )
  if (signed !== undefined) return signed
  const meant = members.filter(
    (member) => typeof member === 'string' && ideas.has(conceptOf(stem(member))),
  )
  // `warm` is no more celsius than fahrenheit.
  return meant.length === 1 ? meant[0] : undefined
}

/** Texts and numbers as text; what else there is is left out. */
export function scalarTexts(values: readonly JsonValue[]): readonly string[] {
  return values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
}

// `from USD to EUR`: the word before a member says which argument it is for.
function findDirected(
  name: string,
  members: readonly JsonValue[],
  text: string,
): JsonValue | undefined {
  const isTarget = (member: JsonValue): boolean =>
    /\b(?:to|into|in)\s+$/i.test(
      text.slice(0, Math.max(0, text.indexOf(scalarTexts([member])[0] ?? ''))),
    )
  if (/^(?:to|target|dest)/i.test(name)) return members.find(isTarget)
  return /^(?:from|source|origin)/i.test(name)
    ? members.find((member) => !isTarget(member))
    : undefined
}

const operations: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:add|plus|sum|\+)/i, /\+|\b(?:plus|sum|add)\b/i],
  [/^(?:sub|minus|-$)/i, /\d\s*[-−]\s*\d|\b(?:minus|subtract|less)\b/i],
  [/^(?:mul|times|\*$)/i, /[*×]|\b(?:times|multipl|product)/i],
  [/^(?:div|\/$)/i, /[/÷]|\bdivide/i],
  [/^celsius|^metric/i, /°\s?C\b/],
  [/^fahrenheit|^imperial/i, /°\s?F\b/],
]

/** Whether a text says yes or no to a flag, by its name. */
export function findFlag(name: string, evidence: Evidence): boolean | undefined {
  const wanted = splitWords(name)
    .map((word) => word.toLowerCase())
    .filter(
      (word) => !/^(?:is|has|include|includes|enable|enabled|with|should|use|allow|do)$/.test(word),
    )
    .map(stem)
  const words = splitWords(evidence.mentions.text).map((word) => word.toLowerCase())
  const stems = words.map(stem)
  if (wanted.length === 0 || !wanted.every((word) => stems.includes(word))) return undefined
  const position = Math.min(...wanted.map((word) => stems.indexOf(word)))
  return !words.slice(Math.max(0, position - 3), position).some((word) => NEGATION.test(word))
}

/** The number a text or an earlier result gives for an argument of this name. */
export function findNumber(name: string, evidence: Evidence): number | undefined {
  const words = splitWords(name).map((word) => word.toLowerCase())
  const close = evidence.mentions.numbers.find(
    (number) => !evidence.taken.has(number.written) && isAbout(number, words, evidence),
  )
  if (close !== undefined) {
    evidence.taken.add(close.written)
    return close.value
  }
  return findFact(evidence.facts, name).map(Number).find(Number.isFinite)
}

/** The next number of the text that nothing took. */
export function takeNumber(evidence: Evidence): number | undefined {
  const written = take(
    evidence,
    evidence.mentions.numbers.map((number) => number.written),
  )
  return written === undefined ? undefined : Number(written.replace('−', '-'))
}

function isAbout(number: NumberMention, words: readonly string[], evidence: Evidence): boolean {
  const last = words.at(-1) ?? ''
  const nouns = /^(?:id|number|no|code|ref)$/.test(last)
    ? [...words.slice(0, -1), ...splitWords(evidence.toolName)]
    : words
  const wanted = new Set(nouns.map((word) => stem(word)))
  const around = [...number.before.slice(-2), ...number.after.slice(0, 2)]
  if (around.some((word) => wanted.has(stem(word)))) return true
  return units.some(([name, unit]) => name.test(last) && around.some((word) => unit.test(word)))
}

const units: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:age)$/, /^(?:years?|aged|old|yo|is)$/],
  [/^(?:limit|max|top|count|results)$/, /^(?:top|first|most|results?|items?|last)$/],
  [
    /^(?:amount|price|cost|total|budget)$/,
    /^(?:dollars?|euros?|usd|eur|pounds?|gbp|bucks|costs?|for)$/,
  ],
  [
    /^(?:quantity|qty|count|people|guests|seats|adults)$/,
    /^(?:people|persons?|guests?|seats?|adults?|pieces?|of|x)$/,
  ],
  [/^(?:duration|minutes)$/, /^(?:minutes?|mins?|hours?|h)$/],
  [/^(?:nights|days)$/, /^(?:nights?|days?)$/],
]
