import { cutText } from '../cut-text.ts'
import type { Message, ToolCall, ToolMessage } from '../message.ts'
import type { WireMessage, WireToolCall } from './inputs.ts'
import type { ModelProfile } from './profile.ts'
import { MAX_CONTENT_CHARS, wellFormed, wellFormedJson } from './text.ts'

/**
 * Puts messages in the wire's words, one after the other.
 *
 * Calls are held until they are answered, because Llama's template knows one call a turn: `assistant(a, b), tool(a),
 * tool(b)` is sent as `assistant(a), tool(a), assistant(b), tool(b)` there. The other models get the turn as it was.
 */
export function createHistoryWriter(
  form: ModelProfile['history'],
): (message: Message) => WireMessage[] {
  let open: { text: string; calls: ToolCall[] } | undefined
  return (message) => {
    if (
      message.role === 'assistant' &&
      message.toolCalls !== undefined &&
      message.toolCalls.length > 0
    ) {
      if (form === 'openai') return [assistantTurn('', message.content, message.toolCalls)]
      open = { text: message.content, calls: [...message.toolCalls] }
      return []
    }
    if (message.role !== 'tool')
      return [{ role: message.role, content: wellFormed(message.content) }]
    const call = open?.calls.shift()
    if (open === undefined || call === undefined) return [answer(message)]
    const turn = assistantTurn(asText(call), open.text, [call])
    open.text = ''
    return [turn, answer(message)]
  }
}

/**
 * Content is a string for every role, never null: 5006 otherwise on some models (protocol 2.3). Llama also wants the
 * call itself as JSON in the content, in the form its own template writes (protocol 3.3).
 */
function assistantTurn(callText: string, text: string, calls: readonly ToolCall[]): WireMessage {
  return {
    role: 'assistant',
    // Each of the two may be as long as a message is allowed to be.
    content: cutText(wellFormed([text, callText].filter(Boolean).join('\n')), MAX_CONTENT_CHARS),
    tool_calls: calls.map(toWireCall),
  }
}

const answer = (message: ToolMessage): WireMessage => ({
  role: 'tool',
  name: wellFormed(message.toolName),
  tool_call_id: message.toolCallId,
  content: wellFormed(message.content),
})

const asText = (call: ToolCall): string =>
  wellFormedJson({ name: call.toolName, parameters: call.input })

// Some runners parse these; anything but JSON text of an object would poison every later request (protocol 3.4).
const toWireCall = (call: ToolCall): WireToolCall => ({
  id: call.toolCallId,
  type: 'function',
  function: { name: wellFormed(call.toolName), arguments: wellFormedJson(call.input) },
})
