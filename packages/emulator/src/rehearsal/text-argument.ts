import type { JsonObject } from '../json-object.ts'
import { ownValue } from '../json-object.ts'
import { findExpression } from './arithmetic.ts'
import { findDates, findTime } from './calendar.ts'
import type { Evidence } from './evidence.ts'
import { take } from './evidence.ts'
import { choosePath, findFact } from './facts.ts'
import { findFolder, findGlob } from './file-argument.ts'
import { findSubject } from './subject.ts'
import { findTimeZone } from './time-zone.ts'
import { splitWords, stem } from './words.ts'

type Finder = (evidence: Evidence, name: string, description: string) => string | undefined

/**
 * The text an argument's name, format and description ask for, where the question or an earlier result speaks of it;
 * `undefined` otherwise.
 */
export function findText(name: string, schema: JsonObject, evidence: Evidence): string | undefined {
  const format = ownValue(schema, 'format')
  const written = ownValue(schema, 'description')
  const description = typeof written === 'string' ? written : ''
  const byFormat = typeof format === 'string' ? finders.get(format) : undefined
  if (byFormat !== undefined) return byFormat(evidence, name, description)
  const words = splitWords(name).join(' ').toLowerCase()
  const rule = findRule(words) ?? findRule(description.toLowerCase())
  return rule?.[1](evidence, name, description) ?? factText(evidence, name)
}

/** True when an argument's name says what kind of text it takes, so that nothing else may be put there. */
export function isTellingName(name: string): boolean {
  return findRule(splitWords(name).join(' ').toLowerCase()) !== undefined
}

const findId: Finder = (evidence, name) => {
  const { mentions } = evidence
  const nouns = new Set([...splitWords(name), ...splitWords(evidence.toolName)].map(stem))
  const near = mentions.numbers.filter(({ before }) => before.some((word) => nouns.has(stem(word))))
  const coded = mentions.identifiers.filter((word) => /\d/.test(word))
  const written = [...near, ...mentions.numbers].map((number) => number.written)
  return take(evidence, [...coded, ...(near.length > 0 || coded.length === 0 ? written : [])])
}

const findPlace: Finder = (evidence) => {
  const { names, text } = evidence.mentions
  const placed = names.filter(({ before }) => /^(?:in|at|for|near|to|of|around|from)$/.test(before))
  const plain = /\b(?:in|at|near|inside)\s+(?:the|my|our)\s+([\p{L}-]+)/u.exec(text)?.[1]
  const all = [...placed, ...names].map(({ name }) => name)
  return take(evidence, plain === undefined ? all : [...all, plain])
}

const findNameAfter =
  (preposition: RegExp): Finder =>
  (evidence) =>
    take(
      evidence,
      evidence.mentions.names
        .filter(({ before }) => preposition.test(before))
        .map(({ name }) => name),
    )

const findName: Finder = (evidence) => {
  const { text, names, quoted } = evidence.mentions
  const called =
    /\b(?:named|called|titled)\s+["'`]?([\w][\w .-]{0,60}?)["'`]?(?=[,.;!?]|\s+(?:with|and|in|at|for|to|who|is)\b|$)/i.exec(
      text,
    )?.[1]
  return take(evidence, [
    ...(called === undefined ? [] : [called]),
    ...names.map(({ name }) => name),
    ...quoted,
  ])
}

const findSaid: Finder = (evidence) => {
  const { text, quoted } = evidence.mentions
  // A title and a body may say the same: nothing is taken.
  if (quoted[0] !== undefined) return quoted[0]
  const after =
    /(?::\s+|\b(?:because(?: of)?|saying|that says|reason(?: is)?|about|regarding)\s+)([^\n]{2,1000})/i
  return after.exec(text)?.[1]?.trim()
}

const findDate: Finder = (evidence) =>
  take(evidence, findDates(evidence.mentions.text, evidence.now))

const findMoment: Finder = (evidence) => {
  const date = take(evidence, findDates(evidence.mentions.text, evidence.now))
  const time = findTime(evidence.mentions.text)
  if (date === undefined && time === undefined) return undefined
  const day = date ?? new Date(evidence.now).toISOString().slice(0, 10)
  return `${day}T${time ?? '00:00:00'}Z`
}

// `path` names a file for a tool that reads one, and a folder for one that lists or searches.
const findPath: Finder = (evidence, name, description) => {
  const { mentions, facts } = evidence
  const words = `${name} ${description} ${splitWords(evidence.toolName).join(' ')}`
  if (/\b(?:folder|director|dir\b|list|search|grep|tree|count)/i.test(words))
    return findFolder(mentions)
  const files = mentions.paths.filter((path) => /\.\w+$/.test(path))
  return take(evidence, files) ?? choosePath(facts.paths, mentions.text)
}

const findPattern: Finder = (evidence) =>
  findGlob(evidence.mentions) ?? findSubject(evidence.mentions)

const finders: ReadonlyMap<string, Finder> = new Map<string, Finder>([
  ['email', (evidence) => take(evidence, evidence.mentions.emails)],
  ['uri', (evidence) => take(evidence, evidence.mentions.urls)],
  ['url', (evidence) => take(evidence, evidence.mentions.urls)],
  ['date', findDate],
  ['date-time', findMoment],
  ['time', (evidence) => findTime(evidence.mentions.text)],
])

// Read in order: the first whose pattern is in the argument's name decides; else the first in its description.
const rules: readonly (readonly [RegExp, Finder])[] = [
  [/\be ?mail/, (evidence) => take(evidence, evidence.mentions.emails)],
  [/\b(?:url|uri|link|website)\b/, (evidence) => take(evidence, evidence.mentions.urls)],
  [/\btime ?zone\b|\btz\b/, (evidence) => findTimeZone(evidence.mentions.text)],
  [
    /\b(?:expression|formula|equation|calculation)\b/,
    (evidence) => findExpression(evidence.mentions.text),
  ],
  [/\bglobs?\b/, (evidence) => findGlob(evidence.mentions)],
  [
    /\b(?:query|search|terms?|keywords?|needle|regex|phrase|q)\b/,
    (evidence) => findSubject(evidence.mentions),
  ],
  [/\bpattern\b/, findPattern],
  [/\b(?:dir|directory|folder|root|cwd)\b/, (evidence) => findFolder(evidence.mentions)],
  [/\b(?:file ?name|file|path)\b/, findPath],
  [
    /\b(?:phone|telephone|mobile)\b/,
    (evidence) => /\+?\d[\d ()-]{6,18}\d/.exec(evidence.mentions.text)?.[0],
  ],
  [/\b(?:date|day|deadline|due|when|check ?in|check ?out|born|birthday)\b/, findDate],
  [/\b(?:time|hour)\b/, (evidence) => findTime(evidence.mentions.text)?.slice(0, 5)],
  [/\b(?:origin|from|departure|source)\b/, findNameAfter(/^from$/)],
  [/\b(?:destination|arrival|target)\b|^to$/, findNameAfter(/^(?:to|into|for|in)$/)],
  [
    /\bcurrency\b/,
    (evidence) => take(evidence, evidence.mentions.text.match(/\b[A-Z]{3}\b/g) ?? []),
  ],
  [
    /\b(?:zip|postcode|postal)\b/,
    (evidence) => take(evidence, evidence.mentions.text.match(/\b\d{4,6}(?:-\d{3,4})?\b/g) ?? []),
  ],
  [/\bstreet\b/, (evidence) => findStreet(evidence)],
  [
    /\b(?:city|location|place|room|town|country|region|state|address|area|venue|where)\b/,
    findPlace,
  ],
  [/\b(?:id|number|code|sku|reference|ref|key)s?\b/, findId],
  [
    /\b(?:name|user ?name|login|person|customer|user|author|recipient|contact|guest|company|who|employee|assignee)\b/,
    findName,
  ],
  [
    /\b(?:title|message|text|content|body|notes?|comment|description|reason|subject|summary|topic)\b/,
    findSaid,
  ],
]

function findRule(words: string): readonly [RegExp, Finder] | undefined {
  return rules.find(([pattern]) => pattern.test(words))
}

function findStreet(evidence: Evidence): string | undefined {
  const { text } = evidence.mentions
  const found =
    /\b\d{1,5}[a-z]? (?:\p{Lu}[\p{L}'-]* ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Square|Way|Drive)\b\.?/u.exec(
      text,
    )?.[0] ?? /\p{Lu}[\p{L}-]*(?:straße|strasse|gasse|weg|platz) \d{1,4}[a-z]?/u.exec(text)?.[0]
  for (const part of splitWords(found ?? '')) evidence.taken.add(part)
  return found
}

function factText(evidence: Evidence, name: string): string | undefined {
  const value = findFact(evidence.facts, name).find(
    (fact) => typeof fact === 'string' || typeof fact === 'number',
  )
  return value === undefined ? undefined : String(value)
}
