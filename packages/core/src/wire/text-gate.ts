import { findBegun } from './leaked/call-begun.ts'
import { sitesOf } from './leaked/find-calls.ts'
import { isNameBegun } from './leaked/loose-end.ts'
import type { OfferedTool } from './leaked/offered-tools.ts'
import { startOfText } from './leaked/prompt-tokens.ts'

/** Lets the text of a reply through as it arrives, and holds back what may still become a call. */
export interface TextGate {
  /** Takes the next piece; gives what may be shown now, `""` for nothing. */
  readonly push: (text: string) => string
}

/** What the gate needs to know of the request. */
export interface TextGateOptions {
  /** What the model was offered. Without tools everything is let through. */
  readonly tools: readonly OfferedTool[]
  /** False lets everything through, as `readReply` then leaves it in the text. @default true */
  readonly recover?: boolean | undefined
}

/** How many characters may be read for each that comes. */
const WORK_PER_CHAR = 8
/** What may be read besides, so that short texts are looked at with every piece. */
const FREE_WORK = 100_000
const WORD = /[\w$.-]*$/
/** How much of what was shown is kept: more than is read before a call. */
const CONTEXT = 800

/**
 * Creates a gate for the text of one reply. What it lets through, all together, is always the beginning of the text that
 * `readReply` gives for the whole reply with the same options: show the rest of that when the reply has ended.
 *
 * Held back is a call, whole or begun, and what would go with it: the fence, tag or token before it, white space. What turns
 * out to be none, or to be only spoken of, is let through at once and in order.
 *
 * Its work grows with the length of the text, whatever the text and its pieces.
 */
export function createTextGate(options: TextGateOptions): TextGate {
  const { tools, recover = true } = options
  if (!recover || tools.length === 0) return { push: (text) => text }
  const offered = new Map(tools.map((tool) => [tool.name, tool]))
  const names = [...offered.keys()]
  const site = sitesOf(offered)
  const suspect = new RegExp(
    String.raw`[{[<\x60\n\\]|${names.map((name) => name.replace(/\W/g, '\\$&')).join('|')}|[\s\]}(>"'_+&|#•*-]$`,
  )
  // Most words are told from names by their first letter.
  const nameBegun = new RegExp(
    String.raw`(?<![\w$.-])[f${names.map(([first = '']) => first).join('')}][\w$.-]*$`,
  )
  // A little of what was shown, then what is held.
  let kept = ''
  let shown = 0
  let since = 0
  let unclosed: readonly number[] = []
  let isStarted = false
  // The beginnings of other names cannot be told from words. `tool()` refuses such names.
  let isClosed = !names.every((name) => /^[\w$.-]{1,100}$/.test(name))
  let credit = FREE_WORK

  const isSuspect = (text: string): boolean =>
    suspect.test(text) || (nameBegun.test(text) && isNameBegun(WORD.exec(text)?.[0] ?? '', names))

  /** Forgets what is too far back to say anything of what follows. */
  const forget = (contextAt: (at: number) => string | undefined): void => {
    let tail = Math.max(0, shown - CONTEXT)
    while (kept[tail] === '`') tail++
    const context = tail === 0 ? undefined : contextAt(tail)
    if (context === undefined) return
    kept = context + kept.slice(tail)
    shown += context.length - tail
    since = Math.max(0, since + context.length - tail)
    unclosed = unclosed.map((at) => (at < tail ? -1 : at + context.length - tail))
  }

  const push = (text: string): string => {
    if (isClosed) return ''
    credit += WORK_PER_CHAR * text.length
    kept += text
    if (isStarted && shown + text.length === kept.length && !isSuspect(text)) {
      shown = kept.length
      return text
    }
    const work = shown > 4 * CONTEXT ? kept.length : kept.length - shown
    if (credit < work) return ''
    credit -= work
    const begun = findBegun(
      { text: kept, from: shown, since, unclosed, site, maxWork: credit },
      offered,
    )
    credit -= begun.work
    isClosed = begun.isCall
    since = begun.since
    unclosed = begun.unclosed
    const from = isStarted ? shown : startOfText(kept)
    let released = ''
    if (begun.at > from) {
      isStarted = true
      shown = begun.at
      released = kept.slice(from, shown)
    }
    if (shown > 2 * CONTEXT) forget(begun.contextAt)
    return released
  }
  return { push }
}
