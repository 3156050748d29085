import { cutText } from '../cut-text.ts'
import type { Message } from '../message.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'

/** What to trim to. */
export interface TrimOptions {
  /** What the messages may cost. */
  readonly limit: number
  /** What they are brought down to, where they cost more than `limit` and it can be done: at most `limit`. */
  readonly target: number
  /** Of one message; more for a longer one. */
  readonly cost: (message: Message) => number
}

/** Messages after trimming. */
export interface TrimmedMessages {
  readonly messages: readonly Message[]
  /** Tool results that were replaced by a mark, or of which the middle was left out. */
  readonly shortened: number
  /** Messages that were left out. */
  readonly dropped: number
}

/** A mark in place of anything shorter would save nothing. */
const MIN_CHARS = 256

/**
 * Brings a conversation down to what a model's window holds. First the oldest tool results are replaced by a short mark,
 * then the oldest turns are left out: a message of the user with all that followed up to the next; of the last turn its
 * oldest steps. At last the results the model has not seen yet lose their middle. System messages, the latest message of
 * the user and the step the model has not answered yet stay, and a call and its answer stay or go together.
 *
 * What costs at most `limit` comes back as it is, so trimming twice is trimming once. Where what must stay costs more than
 * `limit`, the result does too.
 */
export function trimMessages(messages: readonly Message[], options: TrimOptions): TrimmedMessages {
  const { limit, target, cost } = options
  const costs = messages.map(cost)
  let total = costs.reduce((sum, one) => sum + one, 0)
  if (total <= limit) return { messages, shortened: 0, dropped: 0 }
  const kept: (Message | undefined)[] = [...messages]
  const open = openStep(messages)
  let shortened = 0

  const replace = (index: number, message: Message): void => {
    const before = costs[index] ?? 0
    const after = cost(message)
    if (after >= before) return
    if (kept[index] === messages[index]) shortened++
    kept[index] = message
    costs[index] = after
    total += after - before
  }

  for (const [index, message] of messages.slice(0, open).entries()) {
    if (total <= target) break
    if (message.role !== 'tool' || message.content.length < MIN_CHARS) continue
    const content = `[A result of ${message.content.length} characters was left out to save room.]`
    replace(index, { ...message, content })
  }

  let dropped = 0
  for (const [start, end] of removable(messages, open)) {
    if (total <= target) break
    for (let index = start; index < end; index++) {
      total -= costs[index] ?? 0
      kept[index] = undefined
      dropped++
    }
  }

  // By fixed lengths, so that what was cut once is not cut again.
  for (let chars = MAX_CONTENT_CHARS / 2; chars >= MIN_CHARS; chars /= 2) {
    if (total <= limit) break
    for (let index = open; index < messages.length; index++) {
      const message = messages[index]
      if (message?.role !== 'tool' || message.content.length <= chars) continue
      replace(index, { ...message, content: cutText(message.content, chars) })
    }
  }
  if (shortened + dropped === 0) return { messages, shortened, dropped }
  return { messages: kept.filter((message) => message !== undefined), shortened, dropped }
}

/** Where the step begins that the model has not answered yet: its calls and their answers. The end where there is none. */
export function openStep(messages: readonly Message[]): number {
  let index = messages.length
  while (messages[index - 1]?.role === 'tool') index--
  return index === messages.length ? index : index - 1
}

/** The latest message of the user, from and to: it may go on over several. Empty where there is none. */
export function latestQuestion(
  messages: readonly Message[],
): readonly [start: number, end: number] {
  const end = messages.findLastIndex(({ role }) => role === 'user') + 1
  let start = end
  while (messages[start - 1]?.role === 'user') start--
  return [start, end]
}

/** What may be left out before the open step, oldest first, from and to: whole turns, then steps of the last turn. */
function* removable(
  messages: readonly Message[],
  open: number,
): Generator<readonly [start: number, end: number], void, undefined> {
  const [question, answer] = latestQuestion(messages)
  let start = 0
  while (messages[start]?.role === 'system') start++
  for (let end = start + 1; end <= question; end++) {
    if (messages[end]?.role !== 'user' || messages[end - 1]?.role === 'user') continue
    yield [start, end]
    start = end
  }
  start = Math.max(start, answer)
  for (let end = start + 1; end <= open; end++) {
    if (messages[end]?.role === 'tool') continue
    yield [start, end]
    start = end
  }
}
