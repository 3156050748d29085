import { DroverError } from '../errors.ts'
import { cloneJson, guardJson, own } from '../json.ts'
import type { Message, ToolCall } from '../message.ts'
import { expected } from '../option.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'

/** What a run starts from: what the user says, or a conversation to go on with. */
export type RunInput = string | readonly Message[]

/**
 * Checks what a run starts from and makes it a conversation of its own: later changes to what was given do not reach it.
 * @throws DroverError `config.input` when it is empty, too long, malformed, or has a call without exactly one answer.
 */
export function readInput(input: unknown): readonly Message[] {
  if (typeof input === 'string') {
    const content = readContent('the input', input)
    if (content.trim() === '') throw wrong('the input', 'more than white space', input)
    return [{ role: 'user', content }]
  }
  if (!Array.isArray(input) || input.length === 0) {
    throw wrong('the input', 'a text or a list of at least one message', input)
  }
  const messages = input.map(readMessage)
  checkAnswers(messages)
  return messages
}

/** @throws DroverError `config.input` for content that is no text or longer than Workers AI takes. */
export function readContent(what: string, content: unknown): string {
  if (typeof content === 'string' && content.length <= MAX_CONTENT_CHARS) return content
  throw wrong(what, 'a text of at most 131,072 characters', content)
}

function readMessage(message: unknown, index: number): Message {
  const place = `message ${index}`
  const role = own(message, 'role')
  const content = readContent(`the content of ${place}`, own(message, 'content'))
  switch (role) {
    case 'system':
    case 'user':
      return { role, content }
    case 'assistant': {
      const toolCalls = own(message, 'toolCalls')
      if (toolCalls === undefined) return { role, content }
      if (!Array.isArray(toolCalls))
        throw wrong(`the \`toolCalls\` of ${place}`, 'a list', toolCalls)
      return { role, content, toolCalls: toolCalls.map((call) => readCall(call, place)) }
    }
    case 'tool': {
      const isError = own(message, 'isError') === true
      return { role, ...readCallName(message, place), content, ...(isError && { isError }) }
    }
    default:
      throw wrong(`the role of ${place}`, 'system, user, assistant or tool', role)
  }
}

function readCall(call: unknown, place: string): ToolCall {
  const input = own(call, 'input')
  // Some runners parse the arguments of earlier calls: anything but an object would fail every later request.
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw wrong(`the \`input\` of every tool call of ${place}`, 'an object', input)
  }
  return { ...readCallName(call, place), input: cloneJson(guardJson(input)) }
}

function readCallName(holder: unknown, place: string): Pick<ToolCall, 'toolCallId' | 'toolName'> {
  const toolCallId = own(holder, 'toolCallId')
  const toolName = own(holder, 'toolName')
  const isNamed = typeof toolCallId === 'string' && typeof toolName === 'string'
  if (isNamed && toolCallId !== '' && toolName !== '') return { toolCallId, toolName }
  throw wrong(`every \`toolCallId\` and \`toolName\` of ${place}`, 'a name', toolName)
}

/** Every call has exactly one answer, in call order, before anything else is said. */
function checkAnswers(messages: readonly Message[]): void {
  let open: string[] = []
  const seen = new Set<string>()
  const checkNoneOpen = (index: number): void => {
    if (open.length === 0) return
    throw refusal(`The tool call \`${open[0]}\` has no answer before message ${index}.`)
  }
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      const next = open.shift()
      if (message.toolCallId === next) continue
      throw refusal(
        `Message ${index} answers the call \`${message.toolCallId}\`, ` +
          (next === undefined ? 'which nobody asks for.' : `but \`${next}\` is next.`),
      )
    }
    checkNoneOpen(index)
    if (message.role !== 'assistant') continue
    open = (message.toolCalls ?? []).map(({ toolCallId }) => toolCallId)
    for (const id of open) {
      if (seen.has(id)) throw refusal(`Message ${index} uses the call id \`${id}\` a second time.`)
      seen.add(id)
    }
  }
  checkNoneOpen(messages.length)
}

const refusal = (message: string): DroverError => new DroverError('config.input', message)

const wrong = (what: string, wanted: string, got: unknown): DroverError =>
  expected('config.input', what, wanted, got)
