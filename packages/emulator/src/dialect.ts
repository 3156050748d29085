import type { JsonValue } from '@drover/core'
import type { Generation } from './generation.ts'
import type { Dialect } from './model-catalogue.ts'
import type { ModelToolCall } from './model-source.ts'
import type { WireUsage } from './tokens.ts'

/** What a result carries beside what was generated. */
export interface ResultContext {
  readonly model: string
  readonly usage: WireUsage
  /** Seconds since 1970, UTC. */
  readonly created: number
  /** The text as the JSON that was asked for: the native dialects give it parsed. */
  readonly json?: JsonValue
  /** Makes a new id for an answer or a call. */
  readonly createId: () => string
}

/** One finished generation as `result`, in the model's own dialect. */
export function toResult(
  dialect: Dialect,
  generation: Generation,
  context: ResultContext,
): JsonValue {
  const { text, toolCalls } = generation
  const response = context.json ?? text
  const usage = { ...context.usage }
  switch (dialect) {
    case 'flat':
      return { response, tool_calls: toFlatCalls(toolCalls), usage }
    case 'scout':
      // With calls and no text the key `response` is not there at all (captures of Llama 4 Scout, 2026).
      return {
        ...(response === null ? {} : { response }),
        ...(toolCalls.length === 0
          ? {}
          : { tool_calls: toFunctionCalls(toolCalls, context.createId) }),
        usage,
      }
    case 'chat':
      return {
        id: `chatcmpl-${context.createId()}`,
        object: 'chat.completion',
        created: context.created,
        model: context.model,
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: text,
              tool_calls: toFunctionCalls(toolCalls, context.createId),
            },
            finish_reason: finishReason(generation),
          },
        ],
        usage,
      }
  }
}

/** Calls as Llama 3 gives them: an object of arguments, no id. */
export function toFlatCalls(calls: readonly ModelToolCall[]): readonly JsonValue[] {
  return calls.map(({ toolName, input }) => ({ name: toolName, arguments: input }))
}

/** Calls as OpenAI's wire gives them: an id, and the arguments as JSON text. */
export function toFunctionCalls(
  calls: readonly ModelToolCall[],
  createId: () => string,
): readonly JsonValue[] {
  return calls.map(({ toolName, input }) => ({
    id: `chatcmpl-tool-${createId()}`,
    type: 'function',
    function: { name: toolName, arguments: JSON.stringify(input) },
  }))
}

/** Why it ended, in OpenAI's words. */
export function finishReason(generation: Generation): string {
  if (generation.cut) return 'length'
  return generation.toolCalls.length > 0 ? 'tool_calls' : 'stop'
}
