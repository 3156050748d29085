import { readLenient } from '../../lenient-json.ts'
import { splitComments, wordsOf } from './dressing.ts'
import { isNameOpen, readPlace, type Reading } from './find-calls.ts'
import { looseEnd, OPEN_TAG } from './loose-end.ts'
import type { OfferedTools } from './offered-tools.ts'
import { hideThoughts, openThought } from './prompt-tokens.ts'
import { isAnnouncing } from './speech.ts'
import { isOneUtterance, readLead } from './surroundings.ts'

/** The part of a growing text that is looked at. */
export interface Growing {
  readonly text: string
  /** What stands before was decided. */
  readonly from: number
  /** The end of the last call that is only spoken of; 0 where there is none. */
  readonly since: number
  /** Where objects begin that are no calls and were not closed: what looks like a call may be inside. */
  readonly unclosed: readonly number[]
  /** The expression that finds where calls may begin. */
  readonly site: RegExp
  /** How many characters may be read in vain. */
  readonly maxWork: number
}

/** What is known of a growing text. */
export interface Begun {
  /** What stands before is no part of a call, whatever follows. */
  readonly at: number
  readonly since: number
  readonly unclosed: readonly number[]
  /** A whole call stands there: only the text's end can say whether it is meant. */
  readonly isCall: boolean
  /** How many characters were read in vain. */
  readonly work: number
  /** Goes before what is kept of the text from a place on, so that it reads as it does here; nothing where all must be kept. */
  readonly contextAt: (at: number) => string | undefined
}

/** Finds where the first thing begins that is a call and may be meant, or may become one, or would go with one that follows. */
export function findBegun(growing: Growing, tools: OfferedTools): Begun {
  const { text, from, site, maxWork } = growing
  const end = endOfKnown(text)
  const said = text.slice(0, end)
  const spoken = hideThoughts(said)
  const fences = followFences(spoken)
  let hold = end
  // A thought that ends hides what was said before.
  let since = spoken[growing.since - 1] === said[growing.since - 1] ? growing.since : 0
  let { unclosed } = growing
  let isCall = false
  let work = 0
  site.lastIndex = from
  for (let found = site.exec(spoken); found !== null; found = site.exec(spoken)) {
    const [word] = found
    const start = found.index
    const reading = work > maxWork ? undefined : readPlace(spoken, start, word, tools, since)
    if (typeof reading === 'number' && !isNameOpen(spoken, start, word)) {
      if (reading < 0) work -= Math.max(reading, -end) + start
      if (reading === -Infinity)
        unclosed = unclosed.length < MAX_UNCLOSED ? [...unclosed, start] : LOST
      else if (reading > start) site.lastIndex = reading
      continue
    }
    const fence = fences.at(start)
    const mark = isWhole(reading) ? (reading.mark ?? '') : ''
    if (isWhole(reading)) unclosed = stillOpen(spoken, unclosed, start)
    if (
      isWhole(reading) &&
      unclosed.length === 0 &&
      isSpokenOf(spoken, start - mark.length, mark !== '', since, fence)
    ) {
      since = reading.end
      site.lastIndex = since
      continue
    }
    hold = start
    isCall = isWhole(reading)
    break
  }
  const names = [...tools.keys()]
  const fence = fences.at(hold)
  let at = looseEnd(spoken.slice(0, hold), names)
  const isUndecided =
    fence !== undefined && fence >= since && !isProgram(spoken.slice(fence, Math.max(at, fence)))
  if (isUndecided) at = Math.min(at, looseEnd(spoken.slice(0, fence), names))
  // What is hidden is not taken away with a call, and goes on as text.
  const hidden = endOfHidden(said, spoken, hold)
  if (hidden > at) at = Math.min(hidden, looseEnd(said.slice(0, hold), names))
  const thought = hidden === 0 ? '' : openThought(said)
  const contextAt = (place: number): string | undefined =>
    isUndecided ? undefined : thought || (isInFence(spoken, place) ? PROGRAM : '')
  return { at, since, unclosed, isCall, work, contextAt }
}

const isWhole = (reading: Reading): reading is Exclude<Reading, number | undefined> =>
  typeof reading === 'object' && reading.cut === undefined

/** Whether what stands before a call says that it is not meant, whatever follows. */
function isSpokenOf(
  text: string,
  start: number,
  isMarked: boolean,
  since: number,
  fence: number | undefined,
): boolean {
  const isFenced = fence !== undefined
  if (since > 0 && isOneUtterance(text.slice(since, start), isFenced)) return true
  const opening = isFenced && fence >= since ? fence : start
  const lead = readLead(text, since, opening, start)
  if (lead.isTold || lead.isStatement) return true
  if (isFenced && isProgram(text.slice(Math.max(fence, since), start))) return true
  if (lead.text === '') return false
  const isNew = isMarked || lead.isMarked || lead.isTurn
  const isOwnLine = isFenced || lead.opener.includes('\n')
  return (!isNew && !isAnnouncing(lead.text)) || (!isOwnLine && lead.isWithin)
}

/** Whether a fence holds more than calls and comments, whatever follows. */
const isProgram = (fence: string): boolean =>
  /^```(?:diff|patch|console|pycon)/.test(fence) ||
  // Its last word may go on as something else; without it, a tag may be no tag.
  [fence, fence.replace(/\S+$/, '')].every((part) => wordsOf(splitComments(part).code) !== '')

/** The beginning of a fence that holds a program. */
const PROGRAM = '```diff\n'

const MAX_UNCLOSED = 50
/** Stands for what is too much to follow. */
const LOST = [-1]

interface Fences {
  /** Where the fence begins that a place stands in; the places must come in order. */
  readonly at: (place: number) => number | undefined
}

function followFences(text: string): Fences {
  let fence: number | undefined
  let next = text.indexOf('```')
  const at = (place: number): number | undefined => {
    while (next >= 0 && next < place) {
      fence = fence === undefined ? next : undefined
      next = text.indexOf('```', next + 3)
    }
    return fence
  }
  return { at }
}

/** Those of the places `unclosed` whose objects are not closed before `at`. */
function stillOpen(text: string, unclosed: readonly number[], at: number): readonly number[] {
  let done = 0
  for (const [index, start] of unclosed.entries()) {
    if (start < done) continue
    const read = start < 0 ? undefined : readLenient(text, start)
    if (read?.status !== 'value' || read.end > at) return unclosed.slice(index)
    done = read.end
  }
  return []
}

const isInFence = (text: string, place: number): boolean =>
  followFences(text).at(place) !== undefined

function endOfHidden(said: string, spoken: string, from: number): number {
  if (said === spoken) return 0
  let at = from
  while (at > 0 && said[at - 1] === spoken[at - 1]) at--
  return at
}

/** Where an open tag begins, or a backslash before `_`, which may have to be read as nothing: that is known at the end. */
function endOfKnown(text: string): number {
  const escape = text.search(/\\(?:_|$)/)
  const end = escape < 0 ? text.length : escape
  const tag = text.lastIndexOf('<', end - 1)
  return tag >= 0 && tag < end && OPEN_TAG.test(text.slice(tag, end)) ? tag : end
}
