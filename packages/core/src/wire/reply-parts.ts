import { guardJson, own } from '../json.ts'

/** What a body says, before anybody looked into it: a whole answer, or one event of a stream. */
export interface ReplyParts {
  readonly said: string
  /** A list of calls, or of pieces of calls; anything else is none. */
  readonly toolCalls: unknown
  readonly usage: unknown
  readonly finishReason: unknown
}

/** Finds the parts by the body's shape: the native one, flat, or the first of OpenAI's `choices`. */
export function readParts(body: unknown): ReplyParts {
  const { choices, response, tool_calls, usage, finish_reason } = fieldsOf(body)
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const chosen = fieldsOf(choice)
  const message = fieldsOf(chosen.message ?? chosen.delta ?? choice)
  return {
    said:
      choice === undefined
        ? readText(typeof body === 'string' ? body : response)
        : readText(message.content ?? chosen.text),
    toolCalls: message.tool_calls ?? tool_calls,
    usage,
    finishReason: chosen.finish_reason ?? finish_reason,
  }
}

// `own` would be safer for no name of these, which no prototype carries, and costs a third of reading an event.
type Fields = Readonly<
  Partial<
    Record<
      | 'choices'
      | 'response'
      | 'tool_calls'
      | 'usage'
      | 'finish_reason'
      | 'message'
      | 'delta'
      | 'content'
      | 'text',
      unknown
    >
  >
>

const NONE: Fields = {}
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? value : NONE

/** Text, or a number where the text was one, or an object in JSON mode, or null beside calls. */
function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (typeof content === 'number' || typeof content === 'boolean') return String(content)
  if (typeof content !== 'object' || content === null) return ''
  // OpenAI-shaped parts: the text ones are the text.
  const parts = Array.isArray(content) ? content.map((part) => own(part, 'text')) : []
  if (parts.length > 0 && parts.every((part) => typeof part === 'string')) return parts.join('')
  try {
    return JSON.stringify(guardJson(content))
  } catch {
    return ''
  }
}
