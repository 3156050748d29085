import { DroverError } from '../errors.ts'
import { guardJson } from '../json.ts'
import type { Message } from '../message.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'

/** What a run starts from: what the user says, or a conversation to go on with. */
export type RunInput = string | readonly Message[]

/**
 * Checks what a run starts from and makes it a conversation of its own: later changes to the given list do not reach it.
 * @throws DroverError `config.input` when it is empty, too long, malformed, or has a call without exactly one answer.
 */
export function readInput(input: unknown): readonly Message[] {
  if (typeof input === 'string') {
    checkContent('the input', input)
    if (input.trim() === '')
      throw refusal('Expected the input to say something, got an empty text.')
    return [{ role: 'user', content: input }]
  }
  if (!Array.isArray(input)) {
    throw refusal(`Expected the input to be a text or a list of messages, got ${kindOf(input)}.`)
  }
  if (input.length === 0) throw refusal('Expected at least one message, got an empty list.')
  const messages = input.map(checkMessage)
  checkAnswers(messages)
  return messages
}

/** @throws DroverError `config.input` for content that is no text or longer than Workers AI takes. */
export function checkContent(where: string, content: unknown): void {
  if (typeof content !== 'string')
    throw refusal(`Expected ${where} to be text, got ${kindOf(content)}.`)
  if (content.length > MAX_CONTENT_CHARS) {
    throw refusal(
      `Expected ${where} to have at most 131,072 characters, got ${content.length}: shorten it or split it.`,
    )
  }
}

function checkMessage(message: unknown, index: number): Message {
  const where = `message ${index}`
  if (typeof message !== 'object' || message === null) {
    throw refusal(
      `Expected ${where} to be an object with \`role\` and \`content\`, got ${kindOf(message)}.`,
    )
  }
  const { role, content, toolCalls, toolCallId, toolName, isError } = message as Record<
    string,
    unknown
  > // an object, as just seen
  checkContent(`the content of ${where}`, content)
  const text = content as string // checkContent throws otherwise
  switch (role) {
    case 'system':
    case 'user':
      return { role, content: text }
    case 'assistant':
      if (toolCalls === undefined) return { role, content: text }
      if (!Array.isArray(toolCalls))
        throw refusal(`Expected the \`toolCalls\` of ${where} to be a list.`)
      return { role, content: text, toolCalls: toolCalls.map((call) => checkCall(call, where)) }
    case 'tool':
      if (typeof toolCallId !== 'string' || typeof toolName !== 'string') {
        throw refusal(`Expected ${where} to have a \`toolCallId\` and a \`toolName\`.`)
      }
      return { role, toolCallId, toolName, content: text, ...(isError === true && { isError }) }
    default:
      throw refusal(
        `Expected the role of ${where} to be \`system\`, \`user\`, \`assistant\` or \`tool\`, got ${JSON.stringify(role)}.`,
      )
  }
}

function checkCall(
  call: unknown,
  where: string,
): NonNullable<Extract<Message, { role: 'assistant' }>['toolCalls']>[number] {
  const { toolCallId, toolName, input } = Object(call) as Record<string, unknown> // Object() of anything is an object
  if (
    typeof toolCallId !== 'string' ||
    toolCallId === '' ||
    typeof toolName !== 'string' ||
    toolName === ''
  ) {
    throw refusal(
      `Expected every tool call of ${where} to have a \`toolCallId\` and a \`toolName\`.`,
    )
  }
  // Some runners parse the arguments of earlier calls: anything but an object would fail every later request.
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw refusal(
      `Expected the \`input\` of call \`${toolCallId}\` in ${where} to be an object, got ${kindOf(input)}.`,
    )
  }
  return { toolCallId, toolName, input: guardJson(input) }
}

/** Every call has exactly one answer, in call order, before anything else is said. */
function checkAnswers(messages: readonly Message[]): void {
  let open: string[] = []
  const seen = new Set<string>()
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      const expected = open.shift()
      if (message.toolCallId === expected) continue
      throw refusal(
        expected === undefined
          ? `Message ${index} answers the call \`${message.toolCallId}\`, which no message before it asks for.`
          : `Message ${index} answers the call \`${message.toolCallId}\`, but \`${expected}\` is next: answers stand in call order.`,
      )
    }
    if (open.length > 0) throw unansweredCall(open[0], index)
    if (message.role !== 'assistant') continue
    open = (message.toolCalls ?? []).map((call) => call.toolCallId)
    for (const id of open) {
      if (seen.has(id))
        throw refusal(`Message ${index} uses the tool call id \`${id}\` a second time.`)
      seen.add(id)
    }
  }
  if (open.length > 0) throw unansweredCall(open[0], messages.length)
}

const unansweredCall = (id: string | undefined, index: number): DroverError =>
  refusal(
    `The tool call \`${id}\` has no answer before message ${index}: add its tool message or remove the call.`,
  )

const refusal = (message: string): DroverError => new DroverError('config.input', message)

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return value === undefined ? 'nothing' : `a ${typeof value}`
}
