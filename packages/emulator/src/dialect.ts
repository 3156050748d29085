import type { JsonValue } from '@drover/core'
import type { Generation } from './generation.ts'
import type { JsonObject } from './json-object.ts'
import { toJsonObject } from './json-object.ts'
import type { Dialect } from './model-catalogue.ts'
import type { OddCall } from './odd-reply.ts'
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
  const { toolCalls } = generation
  const usage = usageIn(generation, context.usage)
  const said = 'response' in generation ? generation.response : generation.text
  const text = context.json ?? said
  const none = toolCalls.length === 0
  switch (dialect) {
    case 'flat':
      return toJsonObject({
        response: text,
        tool_calls: none && generation.withoutEmptyCalls ? undefined : toFlatCalls(toolCalls),
        finish_reason: generation.finish,
        usage,
      })
    case 'scout':
      // With calls and no text the key `response` is not there at all (captures of Llama 4 Scout, 2026).
      return toJsonObject({
        response: text === null && !('response' in generation) ? undefined : text,
        tool_calls: none ? undefined : toFunctionCalls(toolCalls, context.createId),
        finish_reason: generation.finish,
        usage,
      })
    case 'chat':
      return toJsonObject({
        id: `chatcmpl-${context.createId()}`,
        object: 'chat.completion',
        created: context.created,
        model: context.model,
        choices: [
          {
            index: 0,
            message: toJsonObject({
              role: 'assistant',
              content: said,
              reasoning_content: generation.reasoning,
              tool_calls:
                none && generation.withoutEmptyCalls
                  ? undefined
                  : toFunctionCalls(toolCalls, context.createId),
            }),
            finish_reason: finishReason(generation),
          },
        ],
        usage,
      })
  }
}

/** Calls as Llama 3 gives them: an object of arguments, no id. */
export function toFlatCalls(calls: readonly OddCall[]): readonly JsonValue[] {
  return calls.map((call) => {
    if (call.entry !== undefined) return call.entry
    const input = 'arguments' in call ? call.arguments : call.input
    return toJsonObject({ id: call.id, name: call.toolName, arguments: input })
  })
}

/** Calls as OpenAI's wire gives them: an id, and the arguments as JSON text. */
export function toFunctionCalls(
  calls: readonly OddCall[],
  createId: () => string,
): readonly JsonValue[] {
  return calls.map((call) => {
    if (call.entry !== undefined) return call.entry
    const input = 'arguments' in call ? call.arguments : JSON.stringify(call.input)
    return toJsonObject({
      id: toCallId(call, createId),
      type: 'function',
      function: toJsonObject({ name: call.toolName, arguments: input }),
    })
  })
}

/** The id of an OpenAI-shaped call: its own, or a new one. */
export function toCallId(call: OddCall, createId: () => string): JsonValue | undefined {
  return 'id' in call ? call.id : `chatcmpl-tool-${createId()}`
}

/** The usage as an answer says it. */
export function usageIn(
  generation: Generation,
  usage: WireUsage | JsonObject,
): JsonValue | undefined {
  return 'usage' in generation ? generation.usage : { ...usage }
}

/** Why it ended, in OpenAI's words. */
export function finishReason(generation: Generation): string {
  if (generation.finish !== undefined) return generation.finish
  if (generation.cut) return 'length'
  return generation.toolCalls.length > 0 ? 'tool_calls' : 'stop'
}
