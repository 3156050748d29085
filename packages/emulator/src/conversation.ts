import type { JsonValue } from '@drover/core'
import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue, parseJson } from './json-object.ts'
import type { ModelMessage, ModelToolCall, OfferedTool } from './model-source.ts'

/** Reads `tools` in either format; entries that are no tool at all are left out, as a model could not call them. */
export function readTools(tools: JsonValue | undefined): readonly OfferedTool[] {
  return entries(tools).flatMap((entry) => {
    const body = ownValue(entry, 'function')
    const definition = isJsonObject(body) ? body : entry
    const name = textOf(definition, 'name')
    if (name === '') return []
    const parameters = ownValue(definition, 'parameters')
    return [
      {
        name,
        description: textOf(definition, 'description'),
        parameters: isJsonObject(parameters) ? parameters : {},
      },
    ]
  })
}

/**
 * Reads `messages` whichever way the calls are written down: `tool_calls`, the call as JSON text in `content`, or both.
 * A tool message is matched to its call by `tool_call_id`, else by order.
 */
export function readMessages(messages: JsonValue | undefined): readonly ModelMessage[] {
  const open: { readonly id: string; readonly call: ModelToolCall }[] = []
  return entries(messages).map((message) => {
    const role = textOf(message, 'role')
    const content = contentOf(ownValue(message, 'content'))
    if (role === 'tool') {
      const id = textOf(message, 'tool_call_id')
      const position = Math.max(0, id === '' ? 0 : open.findIndex((entry) => entry.id === id))
      const [answered] = open.splice(position, 1)
      const toolName = textOf(message, 'name') || answered?.call.toolName
      return {
        role,
        content,
        toolCalls: [],
        ...(toolName === undefined ? {} : { toolName }),
        ...(answered === undefined ? {} : { toolInput: answered.call.input }),
      }
    }
    const written = role === 'assistant' ? readCall(parseJson(content)) : undefined
    const structured = entries(ownValue(message, 'tool_calls')).flatMap((entry) => {
      const call = readCall(entry)
      return call === undefined ? [] : [{ id: textOf(entry, 'id'), call }]
    })
    const calls =
      structured.length > 0 || written === undefined ? structured : [{ id: '', call: written }]
    open.push(...calls)
    return {
      role,
      content: written === undefined ? content : '',
      toolCalls: calls.map(({ call }) => call),
    }
  })
}

function readCall(value: JsonValue | undefined): ModelToolCall | undefined {
  if (!isJsonObject(value)) return undefined
  const inner = ownValue(value, 'function')
  const body = isJsonObject(inner) ? inner : value
  const toolName = textOf(body, 'name')
  const input = ownValue(body, 'arguments') ?? ownValue(body, 'parameters')
  const parsed = typeof input === 'string' ? parseJson(input) : input
  return toolName === '' || !isJsonObject(parsed) ? undefined : { toolName, input: parsed }
}

function contentOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content
  return entries(content)
    .map((part) => textOf(part, 'text'))
    .join('\n')
}

function entries(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function textOf(object: JsonObject, key: string): string {
  const value = ownValue(object, key)
  return typeof value === 'string' ? value : ''
}
