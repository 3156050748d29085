import { parseJson } from '../json.ts'
import type { JsonValue, ToolCall } from '../message.ts'
import type { ErrorRecord, ModelReplyEvent, RunEndEvent, StreamEvent } from '../run/event.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

/** What a page has been shown of the step under way. */
interface ShownStep {
  readonly textId: string
  text: string
  isTextOpen: boolean
  /** The calls it knows, and whether as dynamic ones: a part cannot change its kind. */
  readonly calls: Map<string, boolean>
}

/**
 * Says in chunks of a UI message what the events of a run say. What was shown while it arrived and what the finished
 * reply says are the same in the end: what is missing is added, and a step that was shown otherwise is shown anew.
 */
export function createUIMessageWriter(
  describeError: (error: ErrorRecord) => string,
): (event: StreamEvent) => readonly UIMessageChunk[] {
  // Unknown where a suspended run goes on: then every call is one of the agent's tools.
  let toolNames: ReadonlySet<string> | undefined
  let finishReason: FinishReason = 'other'
  let shown: ShownStep | undefined
  const isUnknown = (toolName: string): boolean => toolNames?.has(toolName) === false

  return (event) => {
    switch (event.type) {
      case 'run-start':
        toolNames = new Set(event.tools)
        return [{ type: 'start', messageId: event.runId }]
      case 'model-request':
        if (shown !== undefined) return []
        shown = newStep(event.step)
        return [{ type: 'start-step' }]
      case 'text-delta':
        return shown === undefined ? [] : showText(shown, event.text)
      case 'tool-input-delta':
        return shown === undefined ? [] : showInput(shown, event, isUnknown(event.toolName))
      case 'reply-reset':
        return shown === undefined ? [] : reset(shown)
      case 'retry-waiting': {
        const { attempt, retryInMs } = event
        return [{ type: 'data-retry-waiting', data: { attempt, retryInMs }, transient: true }]
      }
      case 'model-reply':
        finishReason = event.finishReason
        return shown === undefined ? [] : settle(shown, event, isUnknown)
      case 'approval-request': {
        const { toolCallId } = event
        return [{ type: 'tool-approval-request', approvalId: toolCallId, toolCallId }]
      }
      case 'tool-result': {
        const { toolCallId, output, isError } = event
        return isError
          ? [{ type: 'tool-output-error', toolCallId, errorText: output }]
          : [{ type: 'tool-output-available', toolCallId, output: toOutputValue(output) }]
      }
      case 'step-end':
        shown = undefined
        return [{ type: 'finish-step' }]
      case 'run-end':
        return [
          ...(shown === undefined ? [] : leave(shown)),
          ...end(event, finishReason, describeError),
        ]
      default:
        return []
    }
  }
}

const newStep = (step: number): ShownStep => ({
  textId: `text-${step}`,
  text: '',
  isTextOpen: false,
  calls: new Map(),
})

function showText(shown: ShownStep, delta: string): UIMessageChunk[] {
  if (delta === '') return []
  const { textId: id } = shown
  const chunks: UIMessageChunk[] = shown.isTextOpen ? [] : [{ type: 'text-start', id }]
  shown.isTextOpen = true
  shown.text += delta
  chunks.push({ type: 'text-delta', id, delta })
  return chunks
}

function showInput(
  { calls }: ShownStep,
  { toolCallId, toolName, text }: { toolCallId: string; toolName: string; text: string },
  dynamic: boolean,
): UIMessageChunk[] {
  const delta: UIMessageChunk = { type: 'tool-input-delta', toolCallId, inputTextDelta: text }
  if (calls.has(toolCallId)) return [delta]
  calls.set(toolCallId, dynamic)
  return [{ type: 'tool-input-start', toolCallId, toolName, ...(dynamic && { dynamic }) }, delta]
}

function reset(shown: ShownStep): UIMessageChunk[] {
  const isEmpty = shown.text === '' && shown.calls.size === 0
  shown.text = ''
  shown.isTextOpen = false
  shown.calls.clear()
  return isEmpty ? [] : [{ type: 'reset-step' }]
}

/** Shows the reply as it counts. */
function settle(
  shown: ShownStep,
  { text, toolCalls }: ModelReplyEvent,
  isUnknown: (toolName: string) => boolean,
): UIMessageChunk[] {
  const ids = new Set(toolCalls.map(({ toolCallId }) => toolCallId))
  const isTrue = text.startsWith(shown.text) && [...shown.calls.keys()].every((id) => ids.has(id))
  return [
    ...(isTrue ? [] : reset(shown)),
    ...showText(shown, text.slice(shown.text.length)),
    ...closeText(shown),
    ...toolCalls.map((call) => showCall(shown, call, isUnknown(call.toolName))),
  ]
}

function showCall(shown: ShownStep, call: ToolCall, isUnknown: boolean): UIMessageChunk {
  const { toolCallId, toolName, input } = call
  const dynamic = shown.calls.get(toolCallId) ?? isUnknown
  return { type: 'tool-input-available', toolCallId, toolName, input, ...(dynamic && { dynamic }) }
}

function closeText(shown: ShownStep): UIMessageChunk[] {
  if (!shown.isTextOpen) return []
  shown.isTextOpen = false
  return [{ type: 'text-end', id: shown.textId }]
}

const leave = (shown: ShownStep): UIMessageChunk[] => [...closeText(shown), { type: 'finish-step' }]

function end(
  { stopReason, usage, error }: RunEndEvent,
  finishReason: FinishReason,
  describeError: (error: ErrorRecord) => string,
): UIMessageChunk[] {
  const messageMetadata = { stopReason, usage }
  if (stopReason === 'aborted') {
    return [{ type: 'abort' }, { type: 'finish', finishReason: 'other', messageMetadata }]
  }
  if (stopReason !== 'error') return [{ type: 'finish', finishReason, messageMetadata }]
  const record = error ?? { code: 'unknown', message: '' }
  return [
    { type: 'error', errorText: describeError(record) },
    { type: 'finish', finishReason: 'error', messageMetadata },
  ]
}

/**
 * The value that a tool's text is the JSON of, where it can be told from the value what the text was: a later turn then
 * gives the model the same text. A page refuses a stream with a key such as `__proto__` in it; that stays text.
 */
function toOutputValue(text: string): JsonValue {
  try {
    const value = parseJson(text)
    return typeof value !== 'string' && JSON.stringify(value) === text ? value : text
  } catch {
    return text
  }
}
