import type { Message } from '../message.ts'
import type { WireRequest } from './backend.ts'
import { createHistoryWriter } from './history.ts'
import type { WireInputs, WireMessage } from './inputs.ts'
import type { ModelProfile } from './profile.ts'
import type { WireSampling } from './sampling.ts'
import { MAX_CONTENT_CHARS, wellFormed } from './text.ts'

/** The tools of a request, converted once for as long as they stay the same. */
export interface WireTools {
  readonly list: readonly object[]
  /** `list` as JSON text. */
  readonly text: string
}

/** What the requests of one run share. */
export interface ConversationOptions {
  readonly model: string
  readonly history: ModelProfile['history']
  readonly instructions: string | undefined
  readonly sampling: WireSampling
  readonly tools: WireTools | undefined
  /** Further fields of every request, such as `image`. */
  readonly extra?: Partial<WireInputs>
  /** The run's own list. It only grows; what was sent before is never read again. */
  readonly messages: readonly Message[]
}

/** What differs from one request of a run to the next. */
export interface StepRequest {
  /** False leaves the tools out. */
  readonly withTools: boolean
  /** In place of the run's own. */
  readonly tools?: WireTools | undefined
  readonly sampling?: WireSampling | undefined
  /** `tool_choice` and `response_format`, where they are wanted. */
  readonly wanted?: Pick<WireInputs, 'tool_choice' | 'response_format'>
  /** In place of the sampling's. */
  readonly maxTokens: number
  /** Asks for an event stream. @default false */
  readonly isStreamed?: boolean
  /** Sent after the history in this request only. */
  readonly reminder?: string | undefined
}

/** Makes the requests of one run. */
export interface Conversation {
  readonly request: (step: StepRequest) => WireRequest
  /** Sends this list from now on, from its beginning. It only grows as well. */
  readonly restart: (messages: readonly Message[]) => void
}

/**
 * Turns a growing list of messages into requests. Both forms are written append-only and only when asked for: a step
 * costs what is new, not the length of the history. `tools` stand first, so that the constant part is a prefix.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const { model, tools, extra } = options
  let { messages } = options
  const first: WireMessage[] =
    options.instructions === undefined
      ? []
      : [{ role: 'system', content: wellFormed(options.instructions) }]
  let asObjects = createTail(options, first)
  let asText = createTail(options, first)
  let text = ''
  const toFields = (given: WireSampling): Partial<WireInputs> => {
    const { max_tokens: _, ...sampling } = given
    return { ...extra, ...sampling }
  }
  const fields = toFields(options.sampling)
  const rest = asRest(fields)
  let objects: WireMessage[] = []
  // A system message that is not the first fails with the template of Qwen 3.5 to 3.8 (QwenLM/Qwen3.8#244, 2026-09).
  const reminderRole = options.history === 'llama' ? 'system' : 'user'

  return {
    request: ({ withTools, maxTokens, isStreamed, reminder, ...step }) => {
      const offered = withTools ? (step.tools ?? tools) : undefined
      const changed =
        step.sampling === undefined && step.wanted === undefined
          ? undefined
          : { ...(step.sampling ? toFields(step.sampling) : fields), ...step.wanted }
      const last: WireMessage[] =
        reminder === undefined ? [] : [{ role: reminderRole, content: reminder }]
      return {
        model,
        get inputs(): WireInputs {
          for (const message of asObjects(messages)) objects.push(message)
          return {
            ...(offered && { tools: offered.list }),
            messages: reminder === undefined ? objects : [...objects, ...last],
            max_tokens: maxTokens,
            ...(isStreamed && { stream: true }),
            ...(changed ?? fields),
          }
        },
        body: () => {
          for (const message of asText(messages))
            text += (text === '' ? '' : ',') + JSON.stringify(message)
          const end = last.map((message) => `,${JSON.stringify(message)}`).join('')
          const head = offered === undefined ? '' : `"tools":${offered.text},`
          const more = changed === undefined ? rest : asRest(changed)
          return `{${head}"messages":[${text}${end}],"max_tokens":${maxTokens}${isStreamed ? ',"stream":true' : ''}${more}`
        },
      }
    },
    restart: (view) => {
      messages = view
      asObjects = createTail(options, first)
      asText = createTail(options, first)
      // A new list: the requests that were sent hold on to the old one.
      objects = []
      text = ''
    },
  }
}

/** A single request of given inputs. */
export function singleRequest(model: string, inputs: WireInputs): WireRequest {
  return { model, inputs, body: () => JSON.stringify(inputs) }
}

/** Further fields as the end of an object's JSON text. */
const asRest = (fields: object): string =>
  JSON.stringify(fields)
    .replace(/^\{(?!\})/, ',')
    .replace(/^\{/, '')

/** Reads what was appended to a list since it was last asked, in the wire's words. */
function createTail(
  options: ConversationOptions,
  first: readonly WireMessage[],
): (messages: readonly Message[]) => WireMessage[] {
  const write = createHistoryWriter(options.history)
  let read = 0
  let unsent = first
  return (messages) => {
    const fresh = [...unsent]
    unsent = []
    for (; read < messages.length; read++) {
      const message = messages[read]
      if (message === undefined) continue
      const [lead] = fresh
      const joined = lead && message.role === 'system' && `${lead.content}\n\n${message.content}`
      // The instructions and the history's system message are one, for the same templates.
      if (read === 0 && lead && joined && joined.length <= MAX_CONTENT_CHARS) {
        fresh[0] = { ...lead, content: wellFormed(joined) }
      } else fresh.push(...write(message))
    }
    return fresh
  }
}
