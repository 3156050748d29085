import { splitComments, wordsOf } from './dressing.ts'
import { isNameOpen, readPlace } from './find-calls.ts'
import { looseEnd, OPEN_TAG } from './loose-end.ts'
import type { OfferedTools } from './offered-tools.ts'
import { hideThoughts, openThought } from './prompt-tokens.ts'

/** What is known of a text that goes on. */
export interface Begun {
  /** What stands before is no part of a call, whatever follows. */
  readonly at: number
  /** A whole call stands there: only the text's end can say whether it is meant. */
  readonly isCall: boolean
  /** Characters that were looked at. */
  readonly work: number
  /** Text to put before a later part of this text, from `at` on, so that it is read as it is here. */
  readonly context: string
}

/** Finds where the first thing begins that is a call, or may become one, or would go with one that follows. */
export function findBegun(text: string, tools: OfferedTools, site: RegExp, maxWork: number): Begun {
  const names = [...tools.keys()]
  // A backslash before `_` may have to be read as nothing, which is known at the end.
  const end = Math.min(
    ...[text.search(/\\(?:_|$)/), text.search(OPEN_TAG)].map((at) => (at < 0 ? text.length : at)),
  )
  const said = text.slice(0, end)
  const spoken = hideThoughts(said)
  let hold = end
  let isCall = false
  let work = text.length
  site.lastIndex = 0
  for (let found = site.exec(spoken); found !== null; found = site.exec(spoken)) {
    const start = found.index
    if (work > maxWork) {
      hold = start
      break
    }
    const reading = readPlace(spoken, start, found[0], tools)
    const isName = found[0] !== '{' && found[0] !== '['
    const isOpen = reading === undefined || (isName && isNameOpen(spoken, start, found[0]))
    if (typeof reading === 'number' && !isOpen) {
      if (reading < 0) work += -reading - start
      else if (reading > start) site.lastIndex = reading
      continue
    }
    const fence = openFence(spoken.slice(0, start))
    if (fence !== undefined && isProgram(spoken.slice(fence, start))) {
      const close = spoken.indexOf('```', start)
      if (close < 0) break
      site.lastIndex = close
      continue
    }
    hold = start
    isCall = typeof reading === 'object' && reading.cut === undefined
    break
  }
  let at = looseEnd(spoken.slice(0, hold), names)
  const fence = openFence(spoken.slice(0, hold))
  const isInProgram = fence !== undefined && isProgram(spoken.slice(fence, at))
  if (fence !== undefined && !isInProgram)
    at = Math.min(at, looseEnd(spoken.slice(0, fence), names))
  // What is hidden is not taken away with a call, but goes on as text.
  const hidden = endOfHidden(said, spoken, hold)
  if (hidden > at) at = Math.min(hidden, looseEnd(said.slice(0, hold), names))
  const thought = said === spoken ? '' : openThought(said)
  return { at, isCall, work, context: thought || (isInProgram ? '```diff\n' : '') }
}

function openFence(text: string): number | undefined {
  let fence: number | undefined
  for (let at = text.indexOf('```'); at >= 0; at = text.indexOf('```', at + 3)) {
    fence = fence === undefined ? at : undefined
  }
  return fence
}

/** Whether a fence holds more than calls and comments, whatever follows. */
const isProgram = (fence: string): boolean =>
  /^```(?:diff|patch|console|pycon)/.test(fence) ||
  wordsOf(splitComments(fence.replace(/\S+$/, '')).code) !== ''

function endOfHidden(said: string, spoken: string, from: number): number {
  if (said === spoken) return 0
  let at = from
  while (at > 0 && said[at - 1] === spoken[at - 1]) at--
  return at
}
