import { DroverError } from '../errors.ts'
import type { Message } from '../message.ts'
import { expected, kindOf } from '../option.ts'
import {
  type HistoryPolicy,
  type HistoryRepair,
  type HistoryRepairKind,
  type Mend,
  WANTED,
} from './history-repair.ts'
import { pairAnswers, type Placed } from './pair-answers.ts'
import { readMessage } from './read-message.ts'

/** A conversation that can be sent, and what had to be done for it. */
export interface ReadHistory {
  /** Frozen copies, at least one. */
  readonly messages: readonly Message[]
  /** In the order of the messages that were given. */
  readonly repairs: readonly HistoryRepair[]
}

/**
 * Reads a list of messages that somebody else wrote or stored. What can be sent comes back equal; what can not is mended
 * or refused. In the result every call has exactly one answer, in call order, before anything else is said; ids are
 * unique; content is a text of at most 131,072 characters; the system message, if any, stands first. Reading a result
 * again gives the same result and no repairs.
 * @throws DroverError `config.input` naming the place: under `refuse` for whatever would be mended, and always for a role
 * nobody knows, for what cannot be looked at, and when no message is left.
 */
export function readHistory(given: unknown, policy: HistoryPolicy): ReadHistory {
  const noted: { readonly index: number; readonly kind: HistoryRepairKind }[] = []
  let refusal: DroverError | undefined
  const mendAt =
    (index: number): Mend =>
    (kind, got, canMend = true) => {
      if (policy === 'repair' && canMend) return void noted.push({ index, kind })
      const sentence = `Expected message ${index} ${WANTED[kind]}`
      const came = got === undefined ? '' : `, got ${kindOf(got)}`
      throw (refusal = new DroverError('config.input', `${sentence}${came}.`))
    }
  let at = 0
  try {
    if (!Array.isArray(given) || given.length === 0) throw (refusal = wrongList(given))
    const found: Placed[] = []
    for (; at < given.length; at++) {
      const mend = mendAt(at)
      const message = readMessage(given[at], mend)
      if (message !== undefined) found.push({ message, mend })
    }
    const messages = pairAnswers(found)
    if (messages.length === 0) throw (refusal = wrongList(given))
    const repairs = noted
      .toSorted((one, other) => one.index - other.index)
      .map(({ index, kind }) => ({ place: `message ${index}`, kind }))
    return { messages, repairs }
  } catch (error) {
    // Compared, not looked at: a proxy may throw anything, also something that throws when it is touched.
    if (refusal !== undefined && error === refusal) throw refusal
    const message = `Expected message ${at} to be plain JSON; looking at it threw an error.`
    throw new DroverError('config.input', message, { cause: error })
  }
}

const wrongList = (given: unknown): DroverError =>
  expected('config.input', 'the input', 'a text or a list with at least one message in it', given)
