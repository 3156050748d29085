import { DroverError } from '../errors.ts'
import { guardJson, own } from '../json.ts'
import type { JsonValue, Message, ToolCall, ToolMessage } from '../message.ts'
import { expected } from '../option.ts'
import { readInput } from '../run/input.ts'

/** A chat of a thousand turns has less. */
const MAX_KEYS = 100_000

/** What the model is told of a call whose result the page never got. */
const CUT_CALL = 'The call was stopped before its result came: whether it took effect is unknown.'

/**
 * The conversation that a `useChat` page posts (`body.messages`), for `agent.stream()`: its texts, and its calls with
 * their results. What says nothing to a model that reads text is left out: files, reasoning, data, sources, and calls
 * whose input never came whole. All of it is the page's word: whoever posts can write results that no tool gave.
 * @throws DroverError `config.input` when it is no such list, holds no message with text, is over a limit of JSON or of
 * Workers AI, or has a system message: orders to the model are the agent's `instructions`, not the page's.
 */
export function readUIMessages(messages: unknown): readonly Message[] {
  if (!Array.isArray(messages)) throw wrong('`messages`', 'a list of UI messages', messages)
  try {
    guardJson(messages, { maxKeys: MAX_KEYS })
    return readInput(messages.flatMap(readMessage), 'refuse').messages
  } catch (error) {
    if (!DroverError.is(error) || error.code !== 'security.limit') throw error
    throw new DroverError('config.input', error.message, { cause: error })
  }
}

function readMessage(message: unknown, index: number): Message[] {
  const place = `UI message ${index}`
  const parts = own(message, 'parts')
  if (!Array.isArray(parts)) throw wrong(`the \`parts\` of ${place}`, 'a list', parts)
  const role = own(message, 'role')
  switch (role) {
    case 'user': {
      const content = textOf(parts)
      return content === '' ? [] : [{ role, content }]
    }
    case 'assistant':
      return stepsOf(parts).flatMap((step) => readStep(step, place))
    default:
      throw wrong(`the role of ${place}`, 'user or assistant', role)
  }
}

/** The parts of each step: a `step-start` stands before them. */
function stepsOf(parts: readonly unknown[]): unknown[][] {
  const steps: unknown[][] = [[]]
  for (const part of parts) {
    if (own(part, 'type') === 'step-start') steps.push([])
    else steps.at(-1)?.push(part)
  }
  return steps
}

function readStep(parts: readonly unknown[], place: string): Message[] {
  const content = textOf(parts)
  const toolCalls: ToolCall[] = []
  const answers: ToolMessage[] = []
  for (const part of parts) {
    const toolName = toolNameOf(part)
    const answer = toolName === undefined ? undefined : answerOf(part)
    if (answer === undefined) continue
    const name = readName(toolName, own(part, 'toolCallId'), place)
    // The guard has seen the whole message; `readInput` refuses what is no object.
    toolCalls.push({ ...name, input: (own(part, 'input') ?? {}) as JsonValue })
    answers.push({ role: 'tool', ...name, ...answer })
  }
  if (toolCalls.length > 0) return [{ role: 'assistant', content, toolCalls }, ...answers]
  return content === '' ? [] : [{ role: 'assistant', content }]
}

const textOf = (parts: readonly unknown[]): string =>
  parts
    .filter((part) => own(part, 'type') === 'text')
    .map((part) => own(part, 'text'))
    .filter((text) => typeof text === 'string' && text !== '')
    .join('\n\n')

/** The tool of a tool part: in its type, or beside it for a dynamic one; `undefined` for every other part. */
function toolNameOf(part: unknown): unknown {
  const type = own(part, 'type')
  if (type === 'dynamic-tool') return own(part, 'toolName') ?? ''
  return typeof type === 'string' && type.startsWith('tool-') ? type.slice(5) : undefined
}

/** What the call gave; `undefined` for one that was never dispatched. */
function answerOf(part: unknown): Pick<ToolMessage, 'content' | 'isError'> | undefined {
  switch (own(part, 'state')) {
    case 'output-available': {
      const output = own(part, 'output')
      return { content: typeof output === 'string' ? output : (JSON.stringify(output) ?? '') }
    }
    case 'output-error':
      return { content: String(own(part, 'errorText')), isError: true }
    case 'input-available':
      return { content: CUT_CALL, isError: true }
    default:
      return undefined
  }
}

function readName(
  toolName: unknown,
  toolCallId: unknown,
  place: string,
): { toolName: string; toolCallId: string } {
  if (isName(toolName) && isName(toolCallId)) return { toolName, toolCallId }
  const wanted = 'texts of 1 to 64 characters'
  throw wrong(
    `every \`toolCallId\` and tool name of ${place}`,
    wanted,
    isName(toolName) ? toolCallId : toolName,
  )
}

const isName = (name: unknown): name is string =>
  typeof name === 'string' && name !== '' && name.length <= 64

const wrong = (what: string, wanted: string, got: unknown): DroverError =>
  expected('config.input', what, wanted, got)
