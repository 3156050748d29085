import type { Plainness } from './call-shape.ts'
import { splitComments, undressEnd, undressStart, wordsOf } from './dressing.ts'
import type { Place } from './find-calls.ts'
import { CALL_MARK, TOKEN } from './prompt-tokens.ts'
import { isAbout, isAnnouncing, isIntent, isRemark, lastSentence } from './speech.ts'

/** Places with nothing between them but punctuation: one utterance. */
export interface Group {
  /** From here to there nothing else is said: the calls, and the brackets, fences, tags and tokens around them. */
  readonly from: number
  readonly to: number
  readonly places: readonly Place[]
  /** Whether the model calls; otherwise it writes about calling, and the text stays. */
  readonly isCalling: boolean
  /** A token or tag of a prompt format says that it calls. */
  readonly isMarked: boolean
  /** The text ends inside the list that the calls stand in. */
  readonly isOpen: boolean
  /** It is marked, in a list of its own, first in the text, or all of it. */
  readonly isPlain: boolean
}

/**
 * Decides for every place of a text whether the model calls there or speaks of calling, by what stands before, behind and
 * between. The plainer a call is, the less it takes; when in doubt, the model speaks.
 */
export function judgePlaces(text: string, places: readonly Place[]): readonly Group[] {
  const spans = joinPlaces(text, places)
  const isAlone = wordsOf(saidBeside(text, spans, 0, 0, text.length)) === ''
  const groups: Group[] = []
  let wasAbout = false
  for (const [index, span] of spans.entries()) {
    const { start, end, fence } = span
    const since = spans[index - 1]?.end ?? 0
    const opening = fence !== undefined && fence.start >= since ? fence.start : start
    const lead = readLead(text, since, opening, start)
    const { from, opener } = lead
    const after = text.slice(end, Math.min(spans[index + 1]?.start ?? text.length, end + WINDOW))
    const tail = undressStart(after)
    const closer = after.slice(0, after.length - tail.length)

    const isMarked = lead.isMarked || span.places[0]?.isMarked === true
    const isListed = /\[\s*["'{]*$/.test(opener) && (after === '' || closer.includes(']'))
    const isOwnLine = lead.text === '' || opener.includes('\n') || fence !== undefined
    const plainness = weakest(span.places)
    const isStrong = isMarked || isListed || plainness === 'explicit'
    const isInherited: boolean = wasAbout && !/\p{L}["')\]]?[.!?](?:\s|$)/u.test(lead.text)
    // What is joined to a place that is no call, by an operator, is none either.
    const isJoined = lead.text === '' && groups.at(-1)?.isCalling === false
    wasAbout = isInherited || isJoined || lead.isTold

    const isTurn = plainness === 'explicit' && lead.isTurn
    const isAnnounced =
      isMarked || isTurn || groups.at(-1)?.isCalling === true || isAnnouncing(lead.text)
    const isLedIn =
      lead.text === '' ||
      (isAnnounced && (isOwnLine || (isStrong ? !lead.isWithin : /[:：]$/.test(lead.text))))
    const isLetOut =
      (isStrong || tail === '' || closer.includes('\n') || /^(?:#|\/\/)/.test(tail)) &&
      !OPERATION.test(after) &&
      !isRemark(tail, !closer.includes('\n'))
    if (fence !== undefined) {
      fence.isProgram ??=
        /^```(?:diff|patch|console|pycon)/.test(text.slice(fence.start, fence.start + 12)) ||
        hasCode(saidBeside(text, spans, index, fence.start, fence.end))
    }
    const isProgram = fence?.isProgram === true || lead.isStatement
    groups.push({
      from,
      to: end + closer.length,
      places: span.places,
      isCalling:
        isLedIn &&
        isLetOut &&
        !wasAbout &&
        !isProgram &&
        (plainness !== 'loose' || isMarked || isAlone),
      isMarked,
      isOpen: isListed && after === '',
      isPlain: isMarked || isListed || isAlone || lead.text === '',
    })
  }
  return groups
}

/** What stands before a call, or before the fence that it stands in. */
export interface Lead {
  /** Where what dresses the call begins. */
  readonly from: number
  /** The 600 characters before it at most, without what dresses it. */
  readonly text: string
  /** What dresses it. */
  readonly opener: string
  /** The call is spoken of. */
  readonly isTold: boolean
  /** It stands within a sentence that does not say that its speaker acts. */
  readonly isWithin: boolean
  readonly isStatement: boolean
  /** A tag or a token before it says that it is a call. */
  readonly isMarked: boolean
  /** A token of the prompt format right before it ends what was said: the model begins something new. */
  readonly isTurn: boolean
}

/** Reads what stands before a call at `start`, back to `since`; `opening` is the start of its fence, where it has one. */
export function readLead(text: string, since: number, opening: number, start: number): Lead {
  const before = text.slice(Math.max(since, opening - WINDOW), opening)
  const lead = undressEnd(before)
  // Where the window cuts a line, its first words only look like the beginning of one.
  const isCutOff = opening - WINDOW > since && lead.length < MAX_DRESSING
  const from = opening - before.length + (isCutOff ? MAX_DRESSING : lead.length)
  const opener = text.slice(from, start)
  const sentence = lastSentence(lead)
  return {
    from,
    text: lead,
    opener,
    isTold: isAbout(sentence) || ABOUT_TAG.test(opener),
    isWithin: !/[.!?…。:：]["')]?$/.test(lead) && !isIntent(sentence),
    isStatement: STATEMENT.test(`${lead}${opener}`),
    isMarked: CALL_MARK.test(opener),
    isTurn: SPECIAL.test(opener),
  }
}

/** A word or a tag that says what it holds: an example, a part of a page, anything but calls and answers. */
const ABOUT_TAG =
  /example|sample|<(?![be]?o?s>|[^>]*(?:tool|func|call|action|json|xml|answer))[a-z]+\d?>/i
const SPECIAL = new RegExp(TOKEN)
/** How far around a call is read. */
const WINDOW = 600
/** Longer than any word, tag or token that dresses a call. */
const MAX_DRESSING = 150
/** `x = {…}`, `print(f())`, a Python prompt, a quotation, and what a heading names or a comment takes out. */
const STATEMENT = /(?:[=(][ \t["'\x60]*|>>>[ \t]+|(?:^|\n)(?:>[ \t][^\n]*|#+[ \t]*))$/
/** `f(2) = 4`, `f(2) // => 4`, `f(2) * 3`, `f(2).value`, `f(2)[0]`. */
const OPERATION = /^[\]"'\x60]*[ \t]*(?:(?:#|\/\/) ?)?(?:[=→≈]|->|\.\w|\[\d|[/%] | [*-] )/

interface Span {
  readonly start: number
  end: number
  readonly places: Place[]
  readonly fence: Fence | undefined
}

interface Fence {
  readonly start: number
  readonly end: number
  /** Known once the first place in it was judged. */
  isProgram?: boolean
}

function joinPlaces(text: string, places: readonly Place[]): readonly Span[] {
  // In pairs; a fence that is not closed reaches to the end.
  let at = 0
  const fences = text.split('```').flatMap((part, index): Fence[] => {
    at += part.length + 3
    return index % 2 === 0 ? [] : [{ start: at - part.length - 6, end: at - 3 }]
  })
  const spans: Span[] = []
  let next = 0
  for (const place of places) {
    while ((fences[next]?.end ?? text.length) < place.start) next++
    const fence = (fences[next]?.start ?? text.length) < place.start ? fences[next] : undefined
    const last = spans.at(-1)
    const between = last === undefined ? '' : text.slice(last.end, place.start)
    const isSame = isOneUtterance(between, fence !== undefined)
    if (last !== undefined && isSame) {
      last.places.push(place)
      last.end = place.end
    } else spans.push({ start: place.start, end: place.end, places: [place], fence })
  }
  return spans
}

/** Whether nothing is said between two calls. */
export const isOneUtterance = (between: string, isFenced: boolean): boolean =>
  between.length <= WINDOW && (isFenced ? !hasCode(between) : wordsOf(between) === '')

/** What is said outside the calls, from the span `first` on. */
function saidBeside(
  text: string,
  spans: readonly Span[],
  first: number,
  from: number,
  to: number,
): string {
  let said = ''
  let at = from
  for (let index = first; index < spans.length; index++) {
    const span = spans[index]
    if (span === undefined || span.start >= to) break
    said += `${text.slice(at, span.start)} `
    at = span.end
  }
  return at < to ? said + text.slice(at, to) : said
}

/** Whether there is code besides the calls, or a comment that says what they are. */
function hasCode(said: string): boolean {
  const { code, comments } = splitComments(said)
  return wordsOf(code) !== '' || comments.some(isAbout)
}

function weakest(places: readonly Place[]): Plainness | undefined {
  const found = places.flatMap(({ calls, cut }) => [...calls, cut]).map((part) => part?.plainness)
  return (['loose', 'written', 'explicit'] as const).find((rank) => found.includes(rank))
}
