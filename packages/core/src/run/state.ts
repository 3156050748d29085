import { defined } from '../defined.ts'
import { cutText } from '../cut-text.ts'
import type { JsonValue, Message, ToolCall, ToolResult } from '../message.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'
import { addUsage, noUsage, type Usage } from '../wire/usage.ts'
import type { ApprovalDecision, PendingApproval } from './approval.ts'
import { isRunEvent, type RunEvent, type StreamEvent } from './event.ts'
import type { StopReason } from './stop.ts'

/** One model call and its tool calls. Plain JSON. */
export interface Step {
  /** Starts at 1. */
  readonly step: number
  readonly model: string
  /** The `max_tokens` that was sent. */
  readonly maxTokens: number
  /** Attempts the model request took. */
  readonly attempts: number
  /** True for the last call of a run that reached a limit: it was offered no tools. */
  readonly closing: boolean
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** One for each call, in call order. */
  readonly toolResults: readonly ToolResult[]
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** Of the model request that was answered, in milliseconds. */
  readonly durationMs: number
}

/** Where a run stands. Plain JSON, and nothing that its events do not say. */
export interface RunState {
  readonly runId: string
  readonly startedAt: number
  /** The conversation, without the agent's instructions. A call's answer is appended once all calls before it are answered. */
  readonly messages: readonly Message[]
  readonly steps: readonly Step[]
  readonly usage: Usage
  /** Calls of the last reply that no result was recorded for, in call order. */
  readonly openCalls: readonly ToolCall[]
  /** Calls that wait for a person's decision. */
  readonly approvals: readonly PendingApproval[]
  /** Milliseconds the run was suspended. */
  readonly pausedMs: number
  readonly text: string
  /** As the model gave it, before the schema made something of it. Absent where none is wanted, and until it is given. */
  readonly output?: JsonValue
  /** Absent while the run goes on. */
  readonly stopReason?: StopReason
}

/** The state of a run, from its events alone. Ephemeral events change nothing. */
export function foldEvents(events: Iterable<StreamEvent>): RunState {
  const state = createState()
  for (const event of events) if (isRunEvent(event)) applyEvent(state, event)
  return state
}

/** A state under construction: the same shape, open to `applyEvent`. */
export interface MutableRunState {
  runId: string
  startedAt: number
  readonly messages: Message[]
  readonly steps: MutableStep[]
  usage: Usage
  openCalls: ToolCall[]
  approvals: PendingApproval[]
  pausedMs: number
  text: string
  output?: JsonValue
  stopReason?: StopReason
  /** Of the request under way. */
  request: { model: string; maxTokens: number; closing: boolean }
  /** Results that wait for an earlier call's, by call id. */
  readonly early: Record<string, ToolResult>
  /** How often each tool was entered. */
  readonly entered: Record<string, number>
  /** Calls whose answer is not in the conversation yet, in call order. */
  unappended: ToolCall[]
  /** What was decided, by call id. */
  readonly decisions: Record<string, ApprovalDecision>
  endedAt: number
}

type MutableStep = Step & { readonly toolResults: ToolResult[] }

/** The state before the first event. */
export const createState = (): MutableRunState => ({
  runId: '',
  startedAt: 0,
  messages: [],
  steps: [],
  usage: noUsage,
  openCalls: [],
  approvals: [],
  pausedMs: 0,
  text: '',
  request: { model: '', maxTokens: 0, closing: false },
  early: Object.create(null),
  entered: Object.create(null),
  unappended: [],
  decisions: Object.create(null),
  endedAt: 0,
})

/** Takes one event into the state: the only way it changes, live and when a run is read back. */
export function applyEvent(state: MutableRunState, event: RunEvent): void {
  switch (event.type) {
    case 'run-start':
      state.runId = event.runId
      state.startedAt = event.time
      // One by one: a call takes only so many arguments.
      for (const message of event.messages) state.messages.push(message)
      break
    case 'model-request':
      state.request = { model: event.model, maxTokens: event.maxTokens, closing: event.closing }
      break
    case 'model-reply': {
      const { step, toolCalls, output, finishReason, usage, durationMs } = event
      const text = output === undefined ? event.text : JSON.stringify(output)
      const hasCalls = toolCalls.length > 0
      // A reply can be longer than a message may be; the whole of it stands in the step and in the event.
      const content = cutText(text, MAX_CONTENT_CHARS)
      state.messages.push({ role: 'assistant', content, ...(hasCalls && { toolCalls }) })
      state.steps.push({
        step,
        ...state.request,
        attempts: event.attempt,
        text,
        toolCalls,
        toolResults: [],
        finishReason,
        usage,
        durationMs,
      })
      state.usage = addUsage(state.usage, usage)
      state.openCalls = [...toolCalls]
      state.unappended = [...toolCalls]
      state.text = text
      if (output !== undefined) state.output = output
      break
    }
    case 'tool-result': {
      const { toolCallId, toolName, output, isError, reused } = event
      state.early[toolCallId] = {
        toolCallId,
        toolName,
        output,
        isError,
        ...(reused === true && { reused }),
      }
      state.openCalls = state.openCalls.filter((call) => call.toolCallId !== toolCallId)
      state.approvals = state.approvals.filter((one) => one.toolCallId !== toolCallId)
      appendAnswers(state)
      break
    }
    case 'approval-request': {
      const { step, toolCallId, toolName, input, inputHash } = event
      const { runId } = state
      state.approvals.push({ runId, step, toolCallId, toolName, input, inputHash })
      break
    }
    case 'approval-decision': {
      const { toolCallId, inputHash, isApproved, reason } = event
      state.decisions[toolCallId] ??= {
        runId: state.runId,
        toolCallId,
        inputHash,
        isApproved,
        ...defined({ reason }),
      }
      state.approvals = state.approvals.filter((one) => one.toolCallId !== toolCallId)
      break
    }
    case 'tool-call':
      state.entered[event.toolName] = (state.entered[event.toolName] ?? 0) + 1
      break
    case 'run-end':
      state.stopReason = event.stopReason
      state.text = event.text
      state.endedAt = event.time
      break
    case 'run-resume':
      delete state.stopReason
      state.pausedMs += event.time - state.endedAt
      break
    case 'model-error':
      if (event.usage !== undefined) state.usage = addUsage(state.usage, event.usage)
      break
    case 'history-repaired':
    case 'history-trimmed':
    case 'call-recovered':
    case 'input-repaired':
    case 'step-end':
      break
  }
}

/** Appends the answers whose turn it is: one tool message for each call, in call order. */
function appendAnswers(state: MutableRunState): void {
  for (;;) {
    const call = state.unappended[0]
    const result = call === undefined ? undefined : state.early[call.toolCallId]
    if (call === undefined || result === undefined) return
    state.unappended.shift()
    delete state.early[call.toolCallId]
    const { toolCallId, toolName, output, isError } = result
    state.messages.push({
      role: 'tool',
      toolCallId,
      toolName,
      content: output,
      ...(isError && { isError }),
    })
    state.steps.at(-1)?.toolResults.push(result)
  }
}
