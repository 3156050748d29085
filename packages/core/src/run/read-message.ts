import { own, parseJson } from '../json.ts'
import type { JsonValue, Message } from '../message.ts'
import { toOutputText } from '../tool/output.ts'
import type { Mend } from './history-repair.ts'

/** A call as it was found: named, with an object for its input, and maybe without an id. */
export interface FoundCall {
  readonly toolCallId: string | undefined
  readonly toolName: string
  readonly input: JsonValue
}

/** A message as it was found: a copy that is plain JSON, though its content may be too long and its place the wrong one. */
export interface FoundMessage {
  readonly role: Message['role']
  readonly content: string
  /** An assistant's; absent where there is no list of calls. */
  readonly calls: readonly FoundCall[] | undefined
  /** A tool's. */
  readonly toolCallId: string | undefined
  readonly toolName: string | undefined
  readonly isError: boolean | undefined
}

/** What other libraries call the roles. */
const ROLES: ReadonlyMap<string, Message['role']> = new Map<string, Message['role']>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['human', 'user'],
  ['assistant', 'assistant'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/**
 * Reads one message, each property once; properties that messages do not have are not looked at. Undefined for `null`.
 * Throws whatever a getter or a proxy throws.
 */
export function readMessage(message: unknown, mend: Mend): FoundMessage | undefined {
  if (message === null) {
    mend('message-dropped', message)
    return undefined
  }
  const role = readRole(own(message, 'role'), mend)
  const content = readContent(own(message, 'content'), mend)
  const calls = role === 'assistant' ? readCalls(own(message, 'toolCalls'), mend) : undefined
  const isError = own(message, 'isError')
  return {
    role,
    content,
    calls,
    toolCallId: readName(message, 'toolCallId'),
    toolName: readName(message, 'toolName'),
    isError: typeof isError === 'boolean' ? isError : undefined,
  }
}

function readRole(given: unknown, mend: Mend): Message['role'] {
  const known = ROLES.get(typeof given === 'string' ? given.trim().toLowerCase() : '')
  // What nobody knows is refused: a guess would put somebody's words into another's mouth.
  if (known === undefined || known !== given) mend('role-read', given, known !== undefined)
  return known ?? 'user'
}

function readContent(given: unknown, mend: Mend): string {
  if (typeof given === 'string') return given
  mend('content-read', given)
  if (given === undefined || given === null) return ''
  if (Array.isArray(given)) return given.map(readPart).filter(Boolean).join('\n')
  return readPart(given) || toOutputText(given, Number.POSITIVE_INFINITY)
}

/** The text of one part of a content; what is no text, such as an image, says nothing here. */
function readPart(part: unknown): string {
  const text = typeof part === 'string' ? part : own(part, 'text')
  return typeof text === 'string' ? text : ''
}

function readCalls(given: unknown, mend: Mend): readonly FoundCall[] | undefined {
  if (given === undefined || given === null) return undefined
  if (!Array.isArray(given)) {
    mend('call-dropped', given)
    return undefined
  }
  return given.flatMap((call: unknown) => {
    const toolName = readName(call, 'toolName')
    if (toolName === undefined) {
      mend('call-dropped', call)
      return []
    }
    const toolCallId = readName(call, 'toolCallId')
    return [{ toolCallId, toolName, input: readInput(own(call, 'input'), mend) }]
  })
}

/** Some runners parse the inputs of earlier calls: anything but an object would fail every later request. */
function readInput(given: unknown, mend: Mend): JsonValue {
  let input: JsonValue = null
  try {
    const text = typeof given === 'string' ? given : JSON.stringify(given)
    input = parseJson(text, { maxChars: Number.POSITIVE_INFINITY })
  } catch {
    // Unreadable as JSON, or past the limits for it.
  }
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  if (!isObject || typeof given === 'string') mend('input-read', given)
  return freeze(isObject ? input : {})
}

function readName(holder: unknown, key: string): string | undefined {
  const name = own(holder, key)
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Frozen to its depth, which `parseJson` limits: tools and readers of events see the run's own messages. */
function freeze(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
