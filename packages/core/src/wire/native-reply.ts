import type { JsonValue } from '../message.ts'

/** Tokens of one reply. */
export interface ReplyUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a model says: text, calls, or both. */
export interface SaidReply {
  readonly text: string | null
  readonly toolCalls: readonly { readonly toolName: string; readonly input?: JsonValue }[]
}

/** What Llama 3 models answer. */
export interface NativeReply {
  readonly response: string | null
  readonly tool_calls: readonly { readonly name: string; readonly arguments: JsonValue }[]
  readonly usage: Readonly<Record<string, number>>
}

/** A reply in the shape Llama 3 models answer in: `response` is null beside calls (protocol 1.2). */
export function toNativeReply({ text, toolCalls }: SaidReply, usage: ReplyUsage): NativeReply {
  const { inputTokens, outputTokens } = usage
  return {
    response: text ?? (toolCalls.length > 0 ? null : ''),
    tool_calls: toolCalls.map(({ toolName, input = {} }) => ({ name: toolName, arguments: input })),
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  }
}
