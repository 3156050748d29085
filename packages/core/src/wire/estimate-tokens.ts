import type { Message } from '../message.ts'

/**
 * About how many tokens a text is, rather too many than too few: a budget and a window are kept by it.
 *
 * Measured against Llama 3's tokenizer and o200k: 1.0 to 1.6 times the true count for European languages in Latin letters,
 * code, JSON, HTML, CSV, numbers and CJK, up to 3 times for other scripts; 0.8 for lists of UUIDs and base64, half for
 * the rarest scripts.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (let index = 0; index < text.length; index++) tokens += weightOf(text.charCodeAt(index))
  return Math.ceil(tokens)
}

/** What a chat template writes around a message. Llama 3's is 5 tokens, those with named roles a few more. */
const AROUND_A_MESSAGE = 8

/** About how many tokens a message is, with its calls. */
export function estimateMessage(message: Message): number {
  let tokens = AROUND_A_MESSAGE + estimateTokens(message.content)
  if (message.role !== 'assistant') return tokens
  for (const { toolName, input } of message.toolCalls ?? []) {
    // Llama's history shows a call twice: in the content and as `tool_calls`.
    const call = estimateTokens(toolName) + estimateTokens(JSON.stringify(input))
    tokens += 2 * (AROUND_A_MESSAGE + call)
  }
  return tokens
}

/** What every request of a run carries beside its messages. */
export interface FixedInput {
  readonly instructions?: string | undefined
  /** The tools as JSON text. */
  readonly tools?: string | undefined
}

/** Counts the input of a growing conversation: a step costs what is new. */
export interface InputCount {
  /** About how many input tokens a request with these messages has. */
  readonly of: (messages: readonly Message[]) => number
  /** Takes in what the service counted for the request that held the first `sent` messages of the list: no guess any more. */
  readonly learn: (inputTokens: number, sent: number) => void
}

/** Starts to count the input of a run's requests. Costs nothing until it is asked. */
export function countInput({ instructions, tools }: FixedInput): InputCount {
  let tokens: number | undefined
  let counted = 0
  let list: readonly Message[] | undefined
  const fixed = (): number =>
    (instructions === undefined ? 0 : AROUND_A_MESSAGE + estimateTokens(instructions)) +
    // Llama 3's template writes tools out with indentation, and a paragraph on how to call them.
    (tools === undefined ? 0 : 100 + Math.ceil(estimateTokens(tools) * 1.3))
  return {
    of: (messages) => {
      // Another list, or a shorter one: a view that was trimmed. It is counted from its beginning.
      if (tokens === undefined || list !== messages || messages.length < counted) {
        tokens = fixed()
        counted = 0
        list = messages
      }
      for (; counted < messages.length; counted++) {
        const message = messages[counted]
        if (message !== undefined) tokens += estimateMessage(message)
      }
      return tokens
    },
    learn: (inputTokens, sent) => {
      if (inputTokens <= 0 || list === undefined || sent > list.length) return
      tokens = inputTokens
      counted = sent
    },
  }
}

/** Tokens for one UTF-16 unit of a text. */
function weightOf(code: number): number {
  if ((code >= 97 && code <= 122) || code === 32) return 0.28 // a to z, space: long words are few tokens
  if (code < 0x80) return 0.75 // capitals, digits, punctuation
  if (code < 0x250) return 1.5 // accented letters break words up
  if (code < 0x530) return 0.8 // Greek, Cyrillic
  if (code < 0x2000 || (code >= 0x2e80 && code < 0xd800)) return 1.1 // other scripts, CJK
  return 1.8 // symbols, halves of emoji
}
