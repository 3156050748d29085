import type { JsonValue } from '../../message.ts'
import { matchAt } from '../../match-at.ts'
import type { Plainness, ShapedCall } from './call-shape.ts'
import { isForeign, openCall, shapedCalls, writtenCall } from './call-shape.ts'
import { readLenient } from '../../lenient-json.ts'
import type { OfferedTools } from './offered-tools.ts'
import { hasOnlyParameters, offeredTool } from './offered-tools.ts'
import { TOKEN } from './prompt-tokens.ts'
import { readArguments } from './python-call.ts'
import { readTagged } from './tagged-arguments.ts'

/** A place of a text that reads as calls, whatever stands around it. */
export interface Place {
  readonly start: number
  readonly end: number
  /** A tag or token of a prompt format is part of it. */
  readonly isMarked: boolean
  readonly calls: readonly ShapedCall[]
  /** The text ends inside a call here. */
  readonly cut?: { readonly toolName?: string; readonly plainness: Plainness }
}

/** More than any reply holds that a model meant. */
const MAX_PLACES = 1_000

/**
 * A place; or how far the text was read and is none, negative where that was in vain and what is inside must be looked at
 * again, without end where an object is not closed that is no call; or nothing where the text ends before that is known.
 */
export type Reading =
  | (Omit<Place, 'start' | 'isMarked'> & { readonly mark?: string })
  | number
  | undefined

/**
 * Finds what reads as calls, from left to right, without overlaps. Whether it *is* one, only the text around can say.
 *
 * A failed reading may be read again from further in; all such work together is limited to about the text's length,
 * and what lies behind the limit is no call.
 */
export function findCalls(text: string, tools: OfferedTools): readonly Place[] {
  const places: Place[] = []
  let work = text.length + 20_000
  const site = sitesOf(tools)
  for (
    let found = site.exec(text);
    found !== null && work > 0 && places.length < MAX_PLACES;
    found = site.exec(text)
  ) {
    const start = found.index
    const reading = readPlace(text, start, found[0], tools, places.at(-1)?.end) ?? -text.length
    if (typeof reading === 'number') {
      if (reading < 0) work += start + Math.max(reading, -text.length)
      else if (reading > start) site.lastIndex = reading
      continue
    }
    const { mark = '', ...place } = reading
    places.push({ ...place, start: start - mark.length, isMarked: mark !== '' })
    if (place.cut !== undefined) break
    site.lastIndex = place.end
  }
  return places
}

/**
 * Where a call may begin: an object or a list, a tool's name, or any name before a bracket. Nearly every word of a text is
 * none of these, and is passed over by the expression alone.
 */
export function sitesOf(tools: OfferedTools): RegExp {
  const names = [...tools.keys()].map((name) => name.replace(/\W/g, '\\$&')).join('|')
  const named = `(?:functions\\.)?(?:${names})(?::\\d+)?(?:\\.call)?(?![\\w$]|[.-][\\w$])`
  return new RegExp(`[{[]|(?<![\\w$.-])(?:${named}|[A-Za-z_$][\\w$.-]*(?=\\())`, 'g')
}

/** Reads what stands at a site; `last` is the end of the place before it. */
export const readPlace = (
  text: string,
  start: number,
  word: string,
  tools: OfferedTools,
  last?: number,
): Reading =>
  word === '{' || word === '['
    ? readJsonPlace(text, start, tools)
    : readNamedPlace(text, start, word, tools, last)

function readJsonPlace(text: string, start: number, tools: OfferedTools): Reading {
  const read = readLenient(text, start)
  if (read.status === 'bad') return -read.end
  if (read.status === 'value') {
    const calls = shapedCalls(read.value, tools)
    return calls === undefined ? read.end : { end: read.end, calls }
  }
  if (isForeign(read.open, tools)) return -Infinity
  const calls = shapedCalls(read.open[0] ?? null, tools, read.open) ?? []
  const cut =
    openCall(text.slice(start, start + 400), read.open, tools) ??
    (calls.length > 0 ? {} : undefined)
  if (cut === undefined) return undefined
  return { end: text.length, calls, cut: { ...cut, plainness: 'explicit' } }
}

/** A word that is a tool's name: its arguments follow in brackets, as tags, or as an object behind some glue. */
function readNamedPlace(
  text: string,
  start: number,
  word: string,
  tools: OfferedTools,
  last: number | undefined,
): Reading {
  if (word.length > 200) return start
  const name = word.replace(/[.-]+$/, '').replace(/\.call$/, '')
  const tool = offeredTool(tools, name)
  const after = start + word.length
  if (tool === undefined) return readUnknownCall(text, start, word, last)
  const before = text.slice(Math.max(0, start - 80), start)
  const named = NAME_MARK.exec(before)?.[0] ?? ''
  // Functionary writes `>>>f` before an object; before brackets it is a Python prompt.
  const mark = named.startsWith('>>>') && text[after] === '(' ? '' : named
  const isMarked = mark !== ''
  const plainness = isMarked ? 'explicit' : 'written'
  const cut: Reading = {
    end: text.length,
    calls: [],
    cut: { toolName: tool.name, plainness },
    mark,
  }
  if (text[after] === '(') {
    const read = readArguments(text, after)
    if (read.status === 'cut') return cut
    if (read.status === 'bad') return read.end < text.length ? -read.end : undefined
    // Inside a quoted list that does not read as JSON, a backslash may belong to either layer of quotes.
    const isQuoted =
      /["']/.test(text[start - 1] ?? '') && text.slice(start, read.end).includes('\\')
    const call = isQuoted ? undefined : writtenCall(tool, read, tools)
    return call === undefined ? read.end : { end: read.end, calls: [call], mark }
  }
  const of = (input: JsonValue, dialect: string): ShapedCall => ({
    toolName: tool.name,
    tool,
    input,
    dialect,
    plainness,
  })
  if (isMarked) {
    const read = readTagged(text, after)
    if (read?.status === 'cut') return cut
    if (read !== undefined) return { end: read.end, calls: [of(read.input, 'tags')], mark }
  }
  const glue = matchAt(GLUE, text, start + name.length)?.[0]
  if (glue === undefined) return after
  if (!isMarked && !(glue.includes('\n') && LINE_START.test(before))) return after
  const at = GLUE.lastIndex
  if (at >= text.length) return isMarked ? cut : after
  const read = text[at] === '{' ? readLenient(text, at) : undefined
  if (read?.status === 'cut') {
    const isCall = openCall(text.slice(at, at + 400), read.open, tools) !== undefined
    // The object that follows may be a whole call of its own, which names the tool again.
    return isCall && !isMarked ? after : cut
  }
  if (read?.status !== 'value') return after
  // What follows may be a whole call, which names the tool again; a tool's parameters may have the same names.
  const isInput = hasOnlyParameters(tool, Object(read.value))
  if (!isInput && (!isMarked || shapedCalls(read.value, tools) !== undefined)) return after
  return { end: read.end, calls: [of(read.value, 'name-json')], mark }
}

/** Whether what follows a tool's name at the end of a text, and is no call yet, may become one. */
export function isNameOpen(text: string, start: number, word: string): boolean {
  if (word === '{' || word === '[') return false
  const after = start + word.length
  if (/^(?::\d*)?(?:\.c?a?l?l?|-)?$/.test(text.slice(after, after + 40))) return true
  const before = text.slice(Math.max(0, start - 80), start)
  if (!NAME_MARK.test(before) && !LINE_START.test(before)) return false
  matchAt(GLUE_BEGUN, text, after)
  const at = GLUE_BEGUN.lastIndex
  if (text[at] === '{') return readLenient(text, at).status === 'cut'
  const rest = text.slice(at, at + 40)
  return (
    /^(?:\[[A-Z_]*\]?|\x60{1,2}|["')])?$/.test(rest) ||
    GLUE_WORDS.some((glue) => glue.startsWith(rest))
  )
}

const GLUE_WORDS = ['json', 'commentary', 'Action Input:', 'content:']

/** `g(b=2)` beside a call or at the head of a list, when no tool of that name was offered. */
function readUnknownCall(
  text: string,
  start: number,
  toolName: string,
  last: number | undefined,
): Reading {
  const after = start + toolName.length
  const isBeside =
    (text[start - 1] === '[' && toolName.length <= 90) ||
    (last !== undefined && /^,\s{0,9}$/.test(text.slice(last, start)))
  const read = isBeside && text[after] === '(' ? readArguments(text, after) : undefined
  if (read?.status === 'cut' || (read?.status === 'bad' && read.end >= text.length))
    return undefined
  if (read?.status !== 'value') return start
  const call: ShapedCall = {
    toolName,
    input: read.named,
    dialect: 'pythonic',
    plainness: 'written',
  }
  return { end: read.end, calls: [call] }
}

/** What says, before a name, that it is called: tags and tokens of the prompt formats. */
const NAME_MARK = new RegExp(
  String.raw`(?:\[TOOL_CALLS\]|<(?:function|invoke|tool(?:_call)?)(?:[=( ]| name=)["']?|>>>|(?:(?<=>)function)?${TOKEN}(?:call:)?|<tool_call>|(?<![^\n])(?:recipient[:=]|Action:)|(?<=${TOKEN}\w{0,20}\s?|(?<![^\n]))to=)\s{0,9}$`,
)
const LINE_START = /(?:^|\n)[\s*\x60]*$/
const BINDING = String.raw`(?::\d+)?\s{0,9}(?:(?:${TOKEN}|\[ARGS\]|\[CALL_ID\]\w+|["')]?>|\x60{3}(?:json)?|json\b|commentary\b|(?:Action Input|content):)\s{0,9}){0,6}`
const GLUE = new RegExp(String.raw`${BINDING}(?=\{|$)`, 'y')
const GLUE_BEGUN = new RegExp(BINDING, 'y')
