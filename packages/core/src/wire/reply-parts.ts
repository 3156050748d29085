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
  const choices = own(body, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const message = own(choice, 'message') ?? own(choice, 'delta') ?? choice
  return {
    said:
      choice === undefined
        ? readText(typeof body === 'string' ? body : own(body, 'response'))
        : readText(own(message, 'content') ?? own(choice, 'text')),
    toolCalls: own(message ?? body, 'tool_calls') ?? own(body, 'tool_calls'),
    usage: own(body, 'usage'),
    finishReason: own(choice, 'finish_reason') ?? own(body, 'finish_reason'),
  }
}

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
