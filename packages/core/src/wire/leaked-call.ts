import type { JsonValue } from '../message.ts'
import { isSafeJson } from '../json.ts'
import type { ShapedCall } from './leaked/call-shape.ts'
import { findCalls } from './leaked/find-calls.ts'
import type { OfferedTool } from './leaked/offered-tools.ts'
import { dropTokens, hideThoughts, trimTokens } from './leaked/prompt-tokens.ts'
import { judgePlaces } from './leaked/surroundings.ts'
import type { Group } from './leaked/surroundings.ts'

export type { OfferedTool } from './leaked/offered-tools.ts'

/** A call that a model wrote into its text. */
export interface RecoveredCall {
  readonly toolName: string
  /** An object, as it was read: not yet repaired. */
  readonly input: JsonValue
  /** How it was written, such as `json` or `pythonic`. */
  readonly dialect: string
}

/** A call that a model wrote into its text and that cannot run. Answer it; never dispatch it. */
export interface RejectedCall {
  readonly toolName: string
  /** What could be read of it; code stands as the text it is. */
  readonly input: JsonValue
  /**
   * - `input`: the input is not accepted.
   * - `code`: an argument is an expression, and expressions are not computed.
   * - `depends`: an argument is itself the call of an offered tool.
   * - `unknown`: no tool of that name was offered.
   */
  readonly why: 'input' | 'code' | 'depends' | 'unknown'
}

/** What a text holds besides what is meant for the user. */
export interface Recovered {
  /** What remains for the user: the prose in order, without the calls and without special tokens. */
  readonly text: string
  readonly calls: readonly RecoveredCall[]
  readonly rejected: readonly RejectedCall[]
  /** The text ends inside a call; what was begun is no call and no text. */
  readonly cut?: { readonly toolName?: string }
}

/** Whether an input fits a tool, after what may be repaired without loss. */
export type AcceptInput = (tool: OfferedTool, input: JsonValue) => boolean

/**
 * Recovers the calls that a model wrote as text instead of asking for them: JSON in its many wrappings, Python, tags and the
 * tokens of the prompt formats. Only offered tools, only inputs that `accept` takes, only what is closed; nothing is completed.
 * Text that speaks of calls (examples, programs, results, definitions) is text, and so is what cannot be decided.
 *
 * Never throws. Its work grows with the length of the text, whatever the text.
 */
export function recoverCalls(
  text: string,
  tools: readonly OfferedTool[],
  accept: AcceptInput,
): Recovered {
  const offered = new Map(tools.map((tool) => [tool.name, tool]))
  const spoken = hideThoughts(text)
  const groups = offered.size === 0 ? [] : judgePlaces(spoken, findCalls(spoken, offered))
  const calls: RecoveredCall[] = []
  const rejected: RejectedCall[] = []
  const removed: Removed[] = []
  let cut: Recovered['cut']
  for (const group of groups) {
    if (!group.isCalling) continue
    const before = calls.length + rejected.length
    for (const place of group.places) {
      for (const call of place.calls) sort(call, group, accept, calls, rejected)
      if (place.cut !== undefined) {
        const { toolName } = place.cut
        cut = toolName === undefined ? {} : { toolName }
      }
    }
    if (group.isOpen) cut ??= {}
    if (calls.length + rejected.length > before || cut !== undefined) {
      // A thought was looked through, and stays.
      let { from, to } = group
      for (let at = group.places[0]?.start ?? from; at > from; at--) {
        if (spoken[at - 1] !== text[at - 1]) from = at
      }
      removed.push({ from, to })
    }
  }
  return {
    text: removed.length === 0 ? trimTokens(text) : remainder(text, removed),
    calls,
    rejected,
    ...(cut && { cut }),
  }
}

function sort(
  call: ShapedCall,
  group: Group,
  accept: AcceptInput,
  calls: RecoveredCall[],
  rejected: RejectedCall[],
): void {
  const { toolName, tool, input, dialect, plainness, problem } = call
  if (dialect === 'json-name' && !group.isMarked) return
  if (tool === undefined || problem !== undefined) {
    const isBeside = group.places.some((place) =>
      place.calls.some((other) => other.tool !== undefined),
    )
    const isClear = problem === undefined ? isBeside : group.isPlain
    if (isClear || group.isMarked) rejected.push({ toolName, input, why: problem ?? 'unknown' })
  } else if (isSafeJson(input) && accept(tool, input)) calls.push({ toolName, input, dialect })
  else if (plainness !== 'loose' && isSafeJson(input))
    rejected.push({ toolName, input, why: 'input' })
}

interface Removed {
  readonly from: number
  readonly to: number
}

/** What stands before the first call is the text it would be without calls: a reader of the stream has seen it. */
function remainder(text: string, removed: readonly Removed[]): string {
  const parts: string[] = []
  let at = 0
  for (const { from, to } of removed) {
    parts.push(text.slice(at, from))
    at = to
  }
  parts.push(text.slice(at))
  return parts
    .map((part, index) => (index === 0 ? trimTokens(part) : dropTokens(part)))
    .filter((part) => part !== '')
    .join('\n\n')
}
