import type { ModelReply, ModelRequest, OfferedTool } from '../model-source.ts'
import { readWantedJson } from '../json-mode.ts'
import { isJsonObject, ownValue } from '../json-object.ts'
import { readFacts } from './facts.ts'
import { fillInput, type FilledInput } from './fill-input.ts'
import { findMentions } from './mentions.ts'
import { readTurn, type Turn } from './turn.ts'

/**
 * What a request leaves no choice about: JSON by a schema (`response_format`), a named tool (`tool_choice`), or one that the
 * last system message names in backticks. Undefined where the model may choose.
 */
export function answerAsWanted(request: ModelRequest, now: number): ModelReply | undefined {
  const wanted = readWantedJson(request.inputs)?.schema
  // Any JSON object will do: there is nothing to fill.
  const schema = wanted !== undefined && Object.keys(wanted).length > 0 ? wanted : undefined
  const tool =
    schema !== undefined
      ? { name: 'answer', description: '', parameters: schema }
      : wantedTool(request)
  if (tool === undefined) return undefined
  // The last message may be nothing but the order to answer so.
  const filled = [request, { ...request, messages: request.messages.slice(0, -1) }]
    .flatMap((asked) => fill(tool, readTurn(asked), now) ?? [])
    .toSorted((one, other) => one.missing.length - other.missing.length)
    .at(0)
  if (filled === undefined) return undefined
  return schema !== undefined
    ? { text: JSON.stringify(filled.input) }
    : { toolCalls: [{ toolName: tool.name, input: filled.input }] }
}

function fill(tool: OfferedTool, turn: Turn, now: number): FilledInput | undefined {
  const results = turn.calls.filter(({ failed }) => !failed).map(({ result }) => result)
  return fillInput(tool, {
    // What was found out says which of several constants it is, before what was asked.
    mentions: findMentions([...results, turn.question].join('\n')),
    facts: readFacts(results),
    toolName: tool.name,
    now,
    taken: new Set(),
  })
}

function wantedTool({ inputs, messages, tools }: ModelRequest): OfferedTool | undefined {
  const choice = ownValue(inputs, 'tool_choice')
  const chosen = isJsonObject(choice) ? ownValue(choice, 'function') : undefined
  const name = isJsonObject(chosen) ? ownValue(chosen, 'name') : undefined
  const last = messages.at(-1)
  const order = messages.length > 1 && last?.role === 'system' ? last.content : ''
  return tools.find((tool) => tool.name === name || order.includes(`\`${tool.name}\``))
}
