import { DroverError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Message } from '../message.ts'
import { untilAborted } from '../until-aborted.ts'
import { readContextLimit } from '../wire/context-limit.ts'
import { countInput, estimateMessage } from '../wire/estimate-tokens.ts'
import type { Conversation } from '../wire/request.ts'
import type { Usage } from '../wire/usage.ts'
import { toErrorRecord } from './error-record.ts'
import { readHistory } from './read-history.ts'
import { latestQuestion, openStep, trimMessages } from './trim.ts'

/** What a compaction may know. */
export interface CompactOptions {
  /** Tokens the messages should take at most, as Drover estimates them. */
  readonly maxTokens: number
  readonly signal: AbortSignal
}

/**
 * Makes a conversation shorter in its own way, such as by a summary. It is given all but the step the model has not
 * answered yet, which stays as it is. Its result is read as any conversation is, must hold the latest message of the user,
 * and is trimmed where it is still too long. Where it throws or gives nothing of use, the log tells so and the conversation
 * is trimmed.
 */
export type CompactHistory = (
  messages: readonly Message[],
  options: CompactOptions,
) => readonly Message[] | Promise<readonly Message[]>

/** What keeps a conversation within the model's window: trimming, nothing, or a compaction of the caller's. */
export type TrimPolicy = boolean | CompactHistory

/** How a conversation was made shorter. Plain JSON. */
export interface HistoryTrimming {
  /** Input tokens of the request, tools and instructions included, as Drover estimates them. */
  readonly tokensBefore: number
  readonly tokensAfter: number
  /** Tool results that were replaced by a mark, or of which the middle was left out. */
  readonly shortened: number
  /** Messages that were left out; after a compaction, by how many it is shorter. */
  readonly dropped: number
  /** Whether `trim` was a function and made it. */
  readonly compacted: boolean
}

/** Part of a full window that a trimmed conversation takes: the next steps then cost no trimming, and keep their prefix. */
const TRIM_TO = 0.7

/** The window of one model of a run. */
export interface ContextWindow {
  /** What is sent: the run's own list, or what was made of it and what followed. */
  readonly sent: () => readonly Message[]
  /**
   * Makes room where a request with these `max_tokens` would exceed the window: it is `sent` that becomes shorter. Gives
   * undefined where there is nothing to do, which costs only what is new.
   */
  readonly fit: (maxTokens: number) => Promise<HistoryTrimming | undefined> | undefined
  /** Takes in what the service counted for the request that was answered. */
  readonly learn: (usage: Usage) => void
  /** Makes room after a request that did exceed it, with what the error tells. Gives undefined where that is no help. */
  readonly overflow: (
    error: unknown,
    maxTokens: number,
  ) => Promise<HistoryTrimming | undefined> | undefined
}

/** What a window needs of its run and its model. */
export interface ContextWindowOptions {
  /** Absent where nobody knows: then only an overflow tells. */
  readonly contextWindow: number | undefined
  readonly trim: TrimPolicy
  /** Tokens of the instructions and the tools, as estimated. */
  readonly fixed: () => number
  /** The run's own list. It only grows. */
  readonly messages: readonly Message[]
  readonly conversation: Conversation
  readonly signal: AbortSignal
  readonly log: Logger
}

export function createContextWindow(options: ContextWindowOptions): ContextWindow {
  const { trim, messages, conversation, signal, log } = options
  const estimate = countInput({})
  let { contextWindow } = options
  let view: Message[] | undefined
  let taken = 0
  // How many times more than estimated the service counted, at most so far.
  let factor = 1
  // What the service counted last, and of how many messages.
  let told = 0
  let toldOf = 0

  const sent = (): readonly Message[] => {
    if (view === undefined) return messages
    for (; taken < messages.length; taken++) {
      const message = messages[taken]
      if (message !== undefined) view.push(message)
    }
    return view
  }

  /** Saves the estimate, which looks at every character: what the service counted and all that is new are half of it at most. */
  const isFarBelow = (tokens: number): boolean => {
    if (told === 0) return false
    let bound = told
    for (const { content } of sent().slice(toldOf)) bound += content.length * 1.25 + 10
    return 2 * bound < tokens
  }

  const shorten = async (
    maxTokens: number,
    isOver: boolean,
    inputTokens = 0,
  ): Promise<HistoryTrimming | undefined> => {
    const list = sent()
    const fixed = options.fixed()
    const estimated = estimate.of(list)
    const all = fixed + estimated
    factor = Math.max(factor, inputTokens / all)
    const room =
      contextWindow === undefined ? estimated : (contextWindow - maxTokens) / factor - fixed
    // Instructions, tools and the reply alone take all of it.
    if (room <= 0) return undefined
    // What did not fit must become shorter, whatever was estimated.
    const limit = Math.min(room, isOver ? estimated - 1 : estimated)
    const target = Math.floor(limit * TRIM_TO)
    const made = typeof trim === 'function' ? await compact(trim, list, target) : undefined
    const trimmed = trimMessages(made ?? list, { limit, target, cost: estimateMessage })
    if (trimmed.messages === list) return undefined
    view = [...trimmed.messages]
    taken = messages.length
    told = 0
    conversation.restart(view)
    return {
      tokensBefore: Math.ceil(all * factor),
      tokensAfter: Math.ceil((fixed + estimate.of(view)) * factor),
      shortened: trimmed.shortened,
      dropped: Math.max(0, list.length - view.length),
      compacted: made !== undefined,
    }
  }

  const compact = async (
    make: CompactHistory,
    list: readonly Message[],
    maxTokens: number,
  ): Promise<readonly Message[] | undefined> => {
    const open = openStep(list)
    try {
      const before = list.slice(0, open)
      const given = await untilAborted((async () => make(before, { maxTokens, signal }))(), signal)
      const made = readHistory([...given, ...list.slice(open)], 'repair').messages
      const question = list.slice(...latestQuestion(list)).at(-1)?.content
      const isKept = made.some(({ role, content }) => role === 'user' && content === question)
      if (isKept || question === undefined) return made
      log.warn(
        {},
        'The compaction left out the latest message of the user; the conversation is trimmed.',
      )
    } catch (error) {
      signal.throwIfAborted()
      log.warn(
        { error: toErrorRecord(error) },
        'The compaction failed; the conversation is trimmed.',
      )
    }
    return undefined
  }

  return {
    sent,
    learn: ({ inputTokens, totalTokens }) => {
      told = totalTokens
      toldOf = sent().length
      if (trim === false || contextWindow === undefined || 2 * inputTokens < contextWindow) return
      factor = Math.max(factor, inputTokens / (options.fixed() + estimate.of(sent())))
    },
    fit: (maxTokens) => {
      if (trim === false || contextWindow === undefined) return undefined
      if (isFarBelow(contextWindow - maxTokens)) return undefined
      const needed = (options.fixed() + estimate.of(sent())) * factor + maxTokens
      return needed > contextWindow ? shorten(maxTokens, false) : undefined
    },
    overflow: (error, maxTokens) => {
      if (trim === false || !DroverError.is(error) || error.code !== 'http.context_window')
        return undefined
      const limit = readContextLimit(error.message, maxTokens)
      contextWindow = limit?.window ?? contextWindow
      return shorten(maxTokens, true, limit?.inputTokens)
    },
  }
}
