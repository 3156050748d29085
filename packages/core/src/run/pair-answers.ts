import { cutText } from '../cut-text.ts'
import { defined } from '../defined.ts'
import type { Message, ToolCall, ToolMessage } from '../message.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'
import { createCallIds } from './call-id.ts'
import type { Mend } from './history-repair.ts'
import type { FoundCall, FoundMessage } from './read-message.ts'

/** A message that was found, and how its repairs are noted. */
export interface Placed {
  readonly message: FoundMessage
  readonly mend: Mend
}

/** An assistant's message with the places for the answers to its calls. */
interface Turn {
  readonly content: string
  readonly slots: Slot[]
  readonly mend: Mend
  /** The place of the last answer that came. */
  latest: number
  /** No place before this one is free. */
  free: number
}

/** A call and the place for its answer. */
interface Slot {
  readonly turn: Turn
  readonly position: number
  readonly call: ToolCall
  answer?: ToolMessage
}

/** The calls of one turn that share an id. */
interface Waiting {
  readonly slots: Slot[]
  answered: number
}

/** Ids that every reader takes as they are. */
const ID = /^[!-~]{1,128}$/

const LOST =
  'No result of this call was stored. It may have had its effect: check before repeating it.'

/** Puts messages in the one order that can be sent: the system message first, each call's answer after its turn. */
export function pairAnswers(found: readonly Placed[]): readonly Message[] {
  const systems: string[] = []
  const entries: (Message | Turn)[] = []
  // By the id that was given: what still waits for an answer in the latest turn that used the id.
  const open = new Map<string, Waiting>()
  const toId = createIds(found)

  const addTurn = (content: string, calls: readonly FoundCall[], mend: Mend): void => {
    const turn: Turn = { content, slots: [], mend, latest: -1, free: 0 }
    entries.push(turn)
    for (const [position, { toolCallId: given, toolName, input }] of calls.entries()) {
      const toolCallId = toId(given)
      if (toolCallId !== given) mend('renamed', given)
      const slot: Slot = { turn, position, call: { toolCallId, toolName, input } }
      turn.slots.push(slot)
      if (given === undefined) continue
      const waiting = open.get(given)
      if (waiting?.slots[0]?.turn === turn) waiting.slots.push(slot)
      else open.set(given, { slots: [slot], answered: 0 })
    }
  }

  const addAnswer = (message: FoundMessage, mend: Mend): void => {
    const { toolCallId: given, isError } = message
    const last = entries.at(-1)
    const slot = given === undefined ? firstFree(last) : nextWaiting(open.get(given))
    if (slot === undefined || slot.answer !== undefined) return mend('answer-dropped', given)
    const { turn, position, call } = slot
    if (last !== turn || position < turn.latest) mend('answer-moved', given)
    turn.latest = position
    const { toolCallId, toolName } = call
    if (given === undefined || message.toolName !== toolName) mend('renamed', message.toolName)
    const content = cut(message.content, mend)
    slot.answer = { role: 'tool', toolCallId, toolName, content, ...defined({ isError }) }
  }

  for (const { message, mend } of found) {
    const { role, content, calls } = message
    if (role === 'tool') addAnswer(message, mend)
    else if (content === '' && !calls?.length) mend('message-dropped', content)
    else if (calls !== undefined) addTurn(cut(content, mend), calls, mend)
    else if (role === 'assistant') entries.push({ role, content: cut(content, mend) })
    else {
      for (const part of split(content, mend)) {
        if (role === 'user') entries.push({ role, content: part })
        else if (join(systems, part, entries.length > 0)) mend('system-joined')
      }
    }
  }
  const system = systems.map((content): Message => ({ role: 'system', content }))
  return [...system, ...entries.flatMap(toMessages)].map((message) => Object.freeze(message))
}

/** Whether a system message had to leave its place. */
function join(systems: string[], content: string, isLate: boolean): boolean {
  const last = systems.at(-1)
  const isShort = last !== undefined && last.length + content.length + 2 <= MAX_CONTENT_CHARS
  if (isShort) systems[systems.length - 1] = `${last}\n\n${content}`
  else systems.push(content)
  return isShort || isLate
}

const nextWaiting = (waiting: Waiting | undefined): Slot | undefined =>
  waiting?.slots[waiting.answered++]

/** The first place of a turn that waits for an answer. */
function firstFree(entry: Message | Turn | undefined): Slot | undefined {
  if (entry === undefined || !('slots' in entry)) return undefined
  while (entry.slots[entry.free]?.answer !== undefined) entry.free++
  return entry.slots[entry.free]
}

function toMessages(entry: Message | Turn): readonly Message[] {
  if (!('slots' in entry)) return [entry]
  const { content, slots, mend } = entry
  const toolCalls = Object.freeze(slots.map(({ call }) => Object.freeze(call)))
  const answers = slots.map(({ call: { toolCallId, toolName }, answer }): ToolMessage => {
    if (answer !== undefined) return answer
    mend('call-answered')
    return { role: 'tool', toolCallId, toolName, content: LOST, isError: true }
  })
  return [{ role: 'assistant', content, toolCalls }, ...answers]
}

/** Gives each call an id that no other has: its own where it can be kept. */
function createIds(found: readonly Placed[]): (given: string | undefined) => string {
  const toolCalls = found.flatMap(({ message }) =>
    (message.calls ?? []).map(({ toolCallId = '' }) => ({ toolCallId, toolName: '', input: {} })),
  )
  const ids = createCallIds([{ role: 'assistant', content: '', toolCalls }])
  const used = new Set<string>()
  return (given) => {
    const isFit = given !== undefined && ID.test(given) && !used.has(given)
    const id = isFit ? given : ids.next()
    used.add(id)
    return id
  }
}

/** Of what the model or a tool wrote, the middle of a text that is too long is left out. */
function cut(content: string, mend: Mend): string {
  if (content.length > MAX_CONTENT_CHARS) mend('content-cut', content)
  return cutText(content, MAX_CONTENT_CHARS)
}

/** Of what people wrote nothing is left out: a text that is too long goes on in the next message, never inside a character. */
function split(content: string, mend: Mend): readonly string[] {
  if (content.length > MAX_CONTENT_CHARS) mend('content-split', content)
  const parts: string[] = []
  for (let start = 0; start < content.length;) {
    let end = start + MAX_CONTENT_CHARS
    if (end < content.length && /[\ud800-\udbff]/.test(content.charAt(end - 1))) end--
    parts.push(content.slice(start, end))
    start = end
  }
  return parts
}
