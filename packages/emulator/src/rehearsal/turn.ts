import type { ModelRequest, ModelToolCall } from '../model-source.ts'

/** A call of this turn and what came back. */
export interface AnsweredCall extends ModelToolCall {
  readonly result: string
  readonly failed: boolean
}

/** What happened since the last question. */
export interface Turn {
  readonly question: string
  readonly calls: readonly AnsweredCall[]
  /** False when the conversation does not end with a question or a tool's result: there is nothing to call for. */
  readonly open: boolean
}

/** Reads the current turn out of a conversation. */
export function readTurn({ messages, tools, prompt }: ModelRequest): Turn {
  // After results, and where no tools are offered any more, it is no question but the order to answer the one before.
  const isOrder = tools.length === 0 && messages.at(-2)?.role === 'tool'
  const asked = messages
    .slice(0, isOrder ? -1 : undefined)
    .findLastIndex(({ role }) => role === 'user')
  const since = messages.slice(asked + 1)
  const calls = since
    .filter(({ role }) => role === 'tool')
    .map((message) => ({
      toolName: message.toolName ?? '',
      input: message.toolInput ?? {},
      result: message.content,
      failed: isFailure(message.content),
    }))
  const question = messages[asked]?.content ?? prompt ?? ''
  return { question: question.slice(0, 8000), calls, open: since.at(-1)?.role !== 'assistant' }
}

// There is no field for it on the wire: a tool's failure is told from its first words.
function isFailure(result: string): boolean {
  const start = result.slice(0, 300).trimStart()
  return openings.test(start) || /^\{\s*"(?:error|isError)"\s*:\s*(?!null|false|"")/.test(start)
}

const openings =
  /^\W*(?:error\b|failed(?: to|:)|failure:|invalid\b|cannot\b|could not\b|can't\b|unknown\b|unable to\b|no such\b|not found\b|no result:|not run:|expected\b.*\b(?:got|but)\b|there is no tool\b|the tool\b.*\b(?:failed|was not run|does not))/i
