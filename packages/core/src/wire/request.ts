import type { Message } from '../message.ts'
import { remembered } from '../remembered.ts'
import type { WireRequest } from './backend.ts'
import { createHistoryWriter } from './history.ts'
import type { WireInputs, WireMessage } from './inputs.ts'
import type { ModelProfile } from './profile.ts'
import type { WireSampling } from './sampling.ts'
import { wellFormed } from './text.ts'

/** The tools of a request, converted once for as long as they stay the same. */
export interface WireTools {
  readonly list: readonly object[]
  /** `list` as JSON text. */
  readonly text: string
}

/** What the requests of one run share. */
export interface ConversationOptions {
  readonly history: ModelProfile['history']
  readonly instructions: string | undefined
  /** Further fields of every request, such as `image`. */
  readonly extra?: Partial<WireInputs>
  /** The run's own list. It only grows; what was sent before is never read again. */
  readonly messages: readonly Message[]
}

/** What differs from one request of a run to the next. */
export interface StepRequest {
  readonly model: string
  /** Undefined leaves them out. */
  readonly tools: WireTools | undefined
  readonly sampling: WireSampling
  /** In place of the sampling's. */
  readonly maxTokens: number
  /** `tool_choice` and `response_format`, where they are wanted. */
  readonly wanted?: Pick<WireInputs, 'tool_choice' | 'response_format'>
  /** Asks for an event stream. @default false */
  readonly isStreamed?: boolean
  /** Sent after the history in this request only. */
  readonly reminder?: string | undefined
}

/** Makes the requests of one run. */
export interface Conversation {
  readonly request: (step: StepRequest) => WireRequest
}

/**
 * Turns a growing list of messages into requests. Both forms are written append-only and only when asked for: a step
 * costs what is new, not the length of the history. `tools` stand first, so that the constant part is a prefix.
 */
export function createConversation(options: ConversationOptions): Conversation {
  const { messages, extra } = options
  const first: WireMessage[] =
    options.instructions === undefined
      ? []
      : [{ role: 'system', content: wellFormed(options.instructions) }]
  const asObjects = createTail(options, first)
  const asText = createTail(options, first)
  let text = ''
  const objects: WireMessage[] = []

  return {
    request: ({ model, tools, sampling, maxTokens, isStreamed, reminder, wanted }) => {
      const fields = {
        max_tokens: maxTokens,
        ...(isStreamed && { stream: true }),
        ...wanted,
        ...extra,
        ...withoutLimit(sampling),
      }
      const last: WireMessage[] =
        reminder === undefined ? [] : [{ role: 'system', content: reminder }]
      return {
        model,
        get inputs(): WireInputs {
          for (const message of asObjects(messages)) objects.push(message)
          return {
            ...(tools && { tools: tools.list }),
            messages: reminder === undefined ? objects : [...objects, ...last],
            ...fields,
          }
        },
        body: () => {
          for (const message of asText(messages))
            text += (text === '' ? '' : ',') + JSON.stringify(message)
          const end = last.map((message) => `,${JSON.stringify(message)}`).join('')
          const head = tools === undefined ? '{' : `{"tools":${tools.text},`
          return `${head}"messages":[${text}${end}],${JSON.stringify(fields).slice(1)}`
        },
      }
    },
  }
}

/** A single request of given inputs. */
export function singleRequest(model: string, inputs: WireInputs): WireRequest {
  return { model, inputs, body: () => JSON.stringify(inputs) }
}

/** The sampling's own limit is a start; each request says its own. */
const withoutLimit = remembered(({ max_tokens: _, ...sampling }: WireSampling) => sampling)

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
      if (message !== undefined) fresh.push(...write(message))
    }
    return fresh
  }
}
