import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'
import type { ModelMessage, ModelRequest, ModelToolCall } from '../model-source.ts'
import type { UpstreamModel } from './upstream-models.ts'

/** Fields that mean the same everywhere. */
const SHARED = [
  'max_tokens',
  'temperature',
  'top_p',
  'seed',
  'stop',
  'frequency_penalty',
  'presence_penalty',
  'tool_choice',
  'parallel_tool_calls',
] as const

/** What only one kind of server takes, and what it calls it; the others would ignore it, or refuse the request. */
const OWN_NAMES = {
  ollama: {},
  'llama.cpp': { top_k: 'top_k', repetition_penalty: 'repeat_penalty' },
  vllm: { top_k: 'top_k', repetition_penalty: 'repetition_penalty' },
  other: {},
} as const satisfies Record<UpstreamModel['kind'], object>

/** The request as an OpenAI-compatible server of that kind takes it. */
export function toUpstreamBody(request: ModelRequest, { name, kind }: UpstreamModel): JsonObject {
  const { inputs, tools, prompt } = request
  const streams = ownValue(inputs, 'stream') === true
  const format = toResponseFormat(ownValue(inputs, 'response_format'))
  const own = Object.entries(OWN_NAMES[kind])
  return {
    model: name,
    messages: prompt === undefined ? toMessages(request) : [{ role: 'user', content: prompt }],
    ...(tools.length === 0
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', function: { ...tool } })) }),
    ...picked(
      inputs,
      SHARED.map((field) => [field, field]),
    ),
    ...picked(inputs, own),
    ...(format === undefined ? {} : { response_format: format }),
    stream: streams,
    ...(streams ? { stream_options: { include_usage: true } } : {}),
  }
}

function picked(inputs: JsonObject, names: readonly (readonly [string, string])[]): JsonObject {
  const fields = names.flatMap(([field, name]) => {
    const value = ownValue(inputs, field)
    return value === undefined || value === null ? [] : [[name, value] as const]
  })
  return Object.fromEntries(fields)
}

/** Workers AI takes a bare schema where OpenAI's wire wants it named. */
function toResponseFormat(format: JsonValue | undefined): JsonValue | undefined {
  const schema = isJsonObject(format) ? ownValue(format, 'json_schema') : undefined
  if (!isJsonObject(schema) || isJsonObject(ownValue(schema, 'schema'))) return format
  return { type: 'json_schema', json_schema: { name: 'answer', schema } }
}

/** The conversation with calls where OpenAI's wire has them, each with an id that its result names. */
function toMessages({ messages, inputs }: ModelRequest): readonly JsonValue[] {
  const raw = ownValue(inputs, 'messages')
  const contents = Array.isArray(raw)
    ? raw.filter(isJsonObject).map((message) => ownValue(message, 'content'))
    : []
  const ids = new Map<JsonObject, string>()
  return messages.map((message, index) => {
    const parts = contents[index]
    // Images travel in lists of parts.
    const content = Array.isArray(parts) ? parts : message.content
    const { role, toolCalls } = message
    if (role === 'tool') return { role, content, tool_call_id: idOf(message, ids) }
    if (toolCalls.length === 0) return { role, content }
    return { role, content, tool_calls: toolCalls.map((call) => toCall(call, ids)) }
  })
}

function toCall({ toolName, input }: ModelToolCall, ids: Map<JsonObject, string>): JsonValue {
  const id = `call_${ids.size}`
  ids.set(input, id)
  return { id, type: 'function', function: { name: toolName, arguments: JSON.stringify(input) } }
}

function idOf({ toolInput }: ModelMessage, ids: ReadonlyMap<JsonObject, string>): string {
  return (toolInput && ids.get(toolInput)) ?? 'call_unknown'
}
