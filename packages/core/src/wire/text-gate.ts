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
  /** False lets everything through, as `readReply` with `recover: false` leaves it in the text. @default true */
  readonly recover?: boolean | undefined
}

/** How many characters may be looked at for each that comes. */
const WORK_PER_CHAR = 8
/** What may be looked at besides, so that short texts are looked at with every piece. */
const FREE_WORK = 100_000
/** How much of what was shown is kept, to know what stands before a place. */
const CONTEXT = 120

/**
 * Creates a gate for the text of one reply. What it lets through, all together, is always the beginning of the text that
 * `readReply` gives for the whole reply with the same options: show the rest of that when the reply has ended.
 *
 * Held back is a call, whole or begun, and what would go with it: the fence, tag or token before it, the white space. What
 * turns out to be none is let through at once, in order.
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
  // What is kept: a little of what was shown, then what is held.
  let kept = ''
  let shown = 0
  let isStarted = false
  let isClosed = !names.every((name) => /^[\w$.-]+$/.test(name))
  let credit = FREE_WORK

  const push = (text: string): string => {
    if (isClosed || text === '') return ''
    if (shown === kept.length && isStarted && !isSuspect(text)) {
      kept = kept.length > 4_000 ? kept.slice(-CONTEXT) + text : kept + text
      shown = kept.length
      return text
    }
    kept += text
    credit += WORK_PER_CHAR * text.length
    if (credit < kept.length) return ''
    const { at, isCall, work, context } = findBegun(kept, offered, site, credit)
    credit -= work
    isClosed = isCall
    const from = isStarted ? shown : startOfText(kept)
    if (at <= from) return ''
    isStarted = true
    const released = kept.slice(from, at)
    const tail = Math.max(at - CONTEXT, kept.lastIndexOf('```', at - 1) + 3, 0)
    kept = context + kept.slice(Math.min(tail, at))
    shown = context.length + at - Math.min(tail, at)
    return released
  }
  const isSuspect = (text: string): boolean =>
    suspect.test(text) || isNameBegun(/[\w$.-]*$/.exec(text)?.[0] ?? '', names)
  return { push }
}
