import type { JsonValue } from '@drover/core'
import { parseJson } from '../json-object.ts'
import type { OfferedTool } from '../model-source.ts'
import { findFigure } from './figure.ts'
import { readRows } from './result-rows.ts'
import type { AnsweredCall, Turn } from './turn.ts'

/** Ends every text the rehearsal writes. */
const REHEARSAL_MARK = '(rehearsal: a rule-based stand-in wrote this, not a language model)'

// Together they stay under 256 tokens, the service's default `max_tokens`: the mark must not be cut off.
const MAX_ANSWER = 800
const MAX_QUOTE = 320
const MAX_LINES = 6

/** The answer to a turn: a figure where one was asked for, then what the tools gave, in their own words. */
export function writeAnswer(turn: Turn, tools: readonly OfferedTool[]): string {
  const body = turn.calls.length === 0 ? withoutResults(turn.question, tools) : fromResults(turn)
  return `${shorten(body, MAX_ANSWER)}\n\n${REHEARSAL_MARK}`
}

function withoutResults(question: string, tools: readonly OfferedTool[]): string {
  if (tools.length === 0) {
    return `You said: "${shorten(question.trim(), 200)}". A stand-in knows nothing by itself, and no tools were offered.`
  }
  const names = tools.slice(0, 8).map(({ name }) => `\`${name}\``)
  const more = tools.length > names.length ? ` and ${tools.length - names.length} more` : ''
  return `None of the offered tools fits this: ${names.join(', ')}${more}. A stand-in knows nothing by itself.`
}

function fromResults(turn: Turn): string {
  // A failure that a later call made good is not worth telling.
  const told = turn.calls.filter(
    ({ failed, toolName }, index) =>
      !failed ||
      !turn.calls.slice(index + 1).some((later) => later.toolName === toolName && !later.failed),
  )
  const figured = told.map((call) =>
    call.failed ? undefined : findFigure(turn.question, readRows(call.result)),
  )
  const [figure] = figured.filter((each) => each !== undefined)
  // The rows a figure was made from need not be read again; of other results the latest answer.
  const quotes = told
    .filter((_, index) => figured[index] === undefined)
    .slice(-4)
    .map(describe)
  return [...(figure === undefined ? [] : [figure.sentence]), ...quotes].join('\n')
}

function describe({ toolName, input, result, failed }: AnsweredCall): string {
  const given = Object.values(input)
    .filter((value) => typeof value !== 'object')
    .map(String)
    .join(', ')
  const call = `\`${toolName}\`${given === '' ? '' : ` for ${shorten(given, 80)}`}`
  if (failed) return `${call} did not work: ${shorten(firstLines(result), MAX_QUOTE)}`
  const json = parseJson(result)
  const text = json === undefined ? firstLines(result) : inWords(json)
  return `${call} gave: ${text === '' ? 'nothing' : shorten(text, MAX_QUOTE)}`
}

function inWords(value: JsonValue): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_LINES).map(inWords).join('; ')
    return value.length > MAX_LINES ? `${shown}; and ${value.length - MAX_LINES} more` : shown
  }
  if (value === null) return 'nothing'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(
      ([key, item]) =>
        `${key}: ${typeof item === 'object' && item !== null ? `(${inWords(item)})` : inWords(item)}`,
    )
    .join(', ')
}

function firstLines(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const shown = lines.slice(0, MAX_LINES).join('\n')
  return lines.length > MAX_LINES ? `${shown}\nand ${lines.length - MAX_LINES} more lines` : shown
}

function shorten(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
