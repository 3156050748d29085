import type { Message } from '../message.ts'
import { expected } from '../option.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { readHistory, type ReadHistory } from './read-history.ts'

/** What a run starts from: what the user says, or a conversation to go on with. */
export type RunInput = string | readonly Message[]

/**
 * Checks what a run starts from and makes it a conversation of its own: later changes to what was given do not reach it.
 * @throws DroverError `config.input` for a text that is empty or too long, and for a conversation that cannot be mended,
 * or must not be.
 */
export function readInput(input: unknown, policy: HistoryPolicy): ReadHistory {
  if (typeof input !== 'string') return readHistory(input, policy)
  const content = readContent('the input', input)
  if (content.trim() === '') {
    throw expected('config.input', 'the input', 'more than white space', input)
  }
  return { messages: [{ role: 'user', content }], repairs: [] }
}

/** @throws DroverError `config.input` for content that is no text or longer than Workers AI takes. */
export function readContent(what: string, content: unknown): string {
  if (typeof content === 'string' && content.length <= MAX_CONTENT_CHARS) return content
  throw expected('config.input', what, 'a text of at most 131,072 characters', content)
}
