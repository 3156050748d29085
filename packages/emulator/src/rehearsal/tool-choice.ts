import type { JsonValue } from '@drover/core'
import { isJsonObject, ownValue } from '../json-object.ts'
import type { OfferedTool } from '../model-source.ts'
import { findExpression } from './arithmetic.ts'
import { asksForFigure } from './figure.ts'
import { findMentions } from './mentions.ts'
import { scalarTexts } from './scalar-argument.ts'
import { propertiesOf } from './schema-type.ts'
import { conceptOf, contentStems, splitWords, stem } from './words.ts'

/** A tool and how well it fits a text. */
export interface RankedTool {
  readonly tool: OfferedTool
  readonly score: number
}

// A word of the name, in other words, is enough; one word of the description is not.
const THRESHOLD = 1.2
const NAME_WEIGHT = 2
const DESCRIPTION_WEIGHT = 1
const PARAMETER_WEIGHT = 0.6
const IN_OTHER_WORDS = 0.75
const UNASKED_ACTION = 2

/** The tools that fit a text, best first; empty when none fits well enough. */
export function rankTools(tools: readonly OfferedTool[], text: string): readonly RankedTool[] {
  const asked = askedStems(text)
  const vocabularies = tools.map(vocabularyOf)
  const ranked = tools.map((tool, index) => {
    const vocabulary = vocabularies[index] ?? new Map<string, number>()
    let fit = 0
    let distinction = 0
    for (const word of asked) {
      const weight = weightOf(vocabulary, word)
      const sharing = vocabularies.filter((other) => weightOf(other, word) > 0).length
      fit += weight
      distinction += weight / Math.sqrt(Math.max(1, sharing))
    }
    const penalty = doesUnasked(tool, asked) ? UNASKED_ACTION : 0
    return { tool, fit: fit - penalty, score: distinction - penalty }
  })
  const fitting = ranked.filter(({ fit }) => fit >= THRESHOLD)
  const last = ranked.filter(({ tool }) => fitting.length === 0 && answersAnything(tool, text))
  return [...fitting, ...last]
    .map(({ tool, score }) => ({ tool, score }))
    .toSorted((left, right) => right.score - left.score)
}

// A search over documents or the web is what a model tries when nothing else fits a question.
function answersAnything(tool: OfferedTool, text: string): boolean {
  const about = `${splitWords(tool.name).join(' ')} ${tool.description}`
  return (
    /^(?:what|how|why|who|where|when|which|can|does|do|is|are)\b[^]*\?/i.test(text.trim()) &&
    /\b(?:search|look ?up|find|query)/i.test(about) &&
    /\b(?:docs|documentation|knowledge|web|internet|faq|wiki|wikipedia|articles|help cent)/i.test(
      about,
    )
  )
}

function askedStems(text: string): ReadonlySet<string> {
  // What is quoted is something to work on, not something to do.
  const prose = text.replace(/"[^"]*"|`[^`]*`|“[^”]*”/g, ' ').slice(0, 4000)
  const expression = findExpression(text)
  const stems = new Set(
    contentStems(expression === undefined ? prose : prose.replace(/\btimes\b/gi, ' ')),
  )
  if (expression !== undefined) {
    for (const word of ['calculate', ...operationsOf(expression)]) stems.add(stem(word))
  }
  if (/\bhttps?:\/\//.test(prose)) for (const word of ['url', 'fetch']) stems.add(stem(word))
  const named = findMentions(prose).paths.some((path) => /\w\.\w+$/.test(path))
  if (named) for (const word of ['read', 'file']) stems.add(stem(word))
  else if (asksForFigure(prose) && !/\b(?:read|open|show|delete|search)\b/i.test(prose)) {
    for (const word of ['list', 'files']) stems.add(stem(word))
  }
  if (/\bwhere\b.*\b(?:used|defined|mentioned|imported|called)\b|\bhow many times\b/i.test(prose))
    stems.add(stem('search'))
  return stems
}

function operationsOf(expression: string): readonly string[] {
  return operations.filter(([sign]) => expression.includes(sign)).map(([, name]) => name)
}

const operations: readonly (readonly [string, string])[] = [
  ['+', 'add'],
  [' - ', 'subtract'],
  ['*', 'multiply'],
  ['/', 'divide'],
]

function vocabularyOf(tool: OfferedTool): ReadonlyMap<string, number> {
  const vocabulary = new Map<string, number>()
  const learn = (text: string, weight: number): void => {
    for (const word of contentStems(text)) {
      for (const key of [word, `~${conceptOf(word)}`]) {
        vocabulary.set(key, Math.max(vocabulary.get(key) ?? 0, weight))
      }
    }
  }
  learn(tool.name, NAME_WEIGHT)
  learn(tool.description.slice(0, 2000), DESCRIPTION_WEIGHT)
  for (const { name, schema } of propertiesOf(tool.parameters)) {
    learn(name, PARAMETER_WEIGHT)
    learn(membersOf(schema), PARAMETER_WEIGHT)
  }
  return vocabulary
}

function weightOf(vocabulary: ReadonlyMap<string, number>, word: string): number {
  const inOtherWords = (vocabulary.get(`~${conceptOf(word)}`) ?? 0) * IN_OTHER_WORDS
  return Math.max(vocabulary.get(word) ?? 0, inOtherWords)
}

function membersOf(schema: JsonValue): string {
  const members = isJsonObject(schema) ? ownValue(schema, 'enum') : undefined
  return Array.isArray(members) ? scalarTexts(members.slice(0, 50)).join(' ') : ''
}

/** True for a tool whose name says that it changes something: never called only to learn something. */
export function changesSomething(tool: OfferedTool): boolean {
  return splitWords(tool.name).some((word) => changes.has(conceptOf(stem(word))))
}

// A tool that changes something is not called because its noun was mentioned: the text must speak of the change.
function doesUnasked(tool: OfferedTool, asked: ReadonlySet<string>): boolean {
  const ideas = new Set(Array.from(asked, conceptOf))
  return splitWords(tool.name)
    .filter((word) => changes.has(conceptOf(stem(word))))
    .some((word) => !ideas.has(conceptOf(stem(word))))
}

const changes: ReadonlySet<string> = new Set(
  [
    'refund',
    'cancel',
    'create',
    'delete',
    'update',
    'send',
    'write',
    'pay',
    'move',
    'charge',
    'approve',
    'close',
  ].map((word) => conceptOf(stem(word))),
)
