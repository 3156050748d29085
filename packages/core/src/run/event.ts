import type { DroverErrorCode } from '../errors.ts'
import type { JsonValue, Message, ToolCall } from '../message.ts'
import type { Repair } from '../tool/repair.ts'
import type { ToolEffect } from '../tool/tool.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import type { ToolChoice } from '../wire/tool-choice.ts'
import type { Usage } from '../wire/usage.ts'
import type { HistoryTrimming } from './context-window.ts'
import type { HistoryRepair } from './history-repair.ts'
import type { StopReason } from './stop.ts'

/** An error as an event carries it: plain JSON, secrets removed, without stack. */
export interface ErrorRecord {
  readonly code: DroverErrorCode | 'aborted' | 'unknown'
  readonly message: string
  readonly status?: number
  readonly serviceCode?: number
  readonly retryable?: boolean
  readonly retryAfterMs?: number
}

interface EventBase {
  /** Position in the run's list, from 0, without gaps. */
  readonly seq: number
  /** Milliseconds since 1970, UTC. */
  readonly time: number
}

/** A run began. Everything the model was given beside the tools' schemas stands here. */
export interface RunStartEvent extends EventBase {
  readonly type: 'run-start'
  readonly runId: string
  readonly model: string
  readonly backend: string
  readonly instructions?: string
  /** The conversation the run starts from. */
  readonly messages: readonly Message[]
  readonly tools: readonly string[]
}

/** The conversation the run starts from could not be sent as it was given. `messages` of `run-start` is what was made of it. */
export interface HistoryRepairedEvent extends EventBase {
  readonly type: 'history-repaired'
  /** In the order of the messages that were given. */
  readonly repairs: readonly HistoryRepair[]
}

/**
 * The conversation was about to exceed the model's window, or did: from here on a shorter one is sent. The run keeps the
 * whole.
 */
export interface HistoryTrimmedEvent extends EventBase, HistoryTrimming {
  readonly type: 'history-trimmed'
  readonly step: number
}

/** A model request is about to be sent. Attempts of one step count from 1. */
export interface ModelRequestEvent extends EventBase {
  readonly type: 'model-request'
  /** Starts at 1. */
  readonly step: number
  readonly attempt: number
  readonly model: string
  /** The chosen limit: never the platform's 256-token default. */
  readonly maxTokens: number
  /** True for the last call of a run that reached a limit: it is offered no tools and must answer. */
  readonly closing: boolean
  /** Absent where it is `auto`. */
  readonly toolChoice?: ToolChoice
  /** The tools that may be called, where `prepareStep` changed them. */
  readonly activeTools?: readonly string[]
  /** What `prepareStep` changed, such as `model` or `messages`. */
  readonly changed?: readonly string[]
  /** Tools that are not offered in this step: their calls repeat themselves, or are used up. */
  readonly withheld?: readonly string[]
}

/** A model request failed. `retryInMs` is there when it will be sent again after that time. */
export interface ModelErrorEvent extends EventBase {
  readonly type: 'model-error'
  readonly step: number
  readonly attempt: number
  readonly durationMs: number
  readonly error: ErrorRecord
  readonly retryInMs?: number
  /** What it cost all the same: as told, or as reserved where a request of a run with a budget may have been billed. */
  readonly usage?: Usage
}

/** The model's whole reply was read and accepted: this is the assistant message and all calls it plans. */
export interface ModelReplyEvent extends EventBase {
  readonly type: 'model-reply'
  readonly step: number
  readonly attempt: number
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** The run's output, which this reply gives. The call that gave it is not among `toolCalls`: there is nothing to answer. */
  readonly output?: JsonValue
  readonly finishReason: FinishReason
  readonly usage: Usage
  readonly durationMs: number
  /** The service's `cf-ai-req-id`. */
  readonly requestId?: string
}

/** A call of the reply before was written as text, and recovered from it. */
export interface CallRecoveredEvent extends EventBase {
  readonly type: 'call-recovered'
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
  /** How it was written, such as `json` or `pythonic`. */
  readonly dialect: string
}

/** The input of a call of the reply before was repaired. `toolCalls` there holds the input after all repairs. */
export interface InputRepairedEvent extends EventBase, Repair {
  readonly type: 'input-repaired'
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
}

/** A call waits for a person's decision: the run ends `suspended` once nothing else is left to do. */
export interface ApprovalRequestEvent extends EventBase {
  readonly type: 'approval-request'
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
  /** Exactly what the tool will be given. */
  readonly input: JsonValue
  /** SHA-256 of `input` with its keys in order, in hex. */
  readonly inputHash: string
}

/** A suspended run goes on. */
export interface RunResumeEvent extends EventBase {
  readonly type: 'run-resume'
  readonly model: string
  readonly backend: string
}

/** A person decided on a call that waited. The first decision holds. */
export interface ApprovalDecisionEvent extends EventBase {
  readonly type: 'approval-decision'
  readonly toolCallId: string
  readonly inputHash: string
  readonly isApproved: boolean
  readonly reason?: string
}

/** A call is about to be dispatched to its tool. */
export interface ToolCallEvent extends EventBase {
  readonly type: 'tool-call'
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
  readonly effect: ToolEffect
  readonly idempotencyKey: string
}

/** A call is answered, by its tool or by us (`dispatched: false`: unknown tool, bad input, a cap, or from the record). */
export interface ToolResultEvent extends EventBase {
  readonly type: 'tool-result'
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
  /** The text the model reads. */
  readonly output: string
  readonly isError: boolean
  readonly dispatched: boolean
  /** True where the same call had given this result before, and its tool was not run again. */
  readonly reused?: true
  readonly durationMs: number
}

/** All calls of a step are answered. */
export interface StepEndEvent extends EventBase {
  readonly type: 'step-end'
  readonly step: number
}

/** The run ended, or was suspended until it is resumed. Always the last event, exactly once (and once more for each resumption). */
export interface RunEndEvent extends EventBase {
  readonly type: 'run-end'
  readonly stopReason: StopReason
  /** The final text; `""` when the run failed or was aborted. */
  readonly text: string
  readonly usage: Usage
  readonly durationMs: number
  readonly error?: ErrorRecord
}

/** One thing that happened in a run: plain JSON. The list of a run's events is its stream, trace and journal at once. */
export type RunEvent =
  | RunStartEvent
  | HistoryRepairedEvent
  | HistoryTrimmedEvent
  | ModelRequestEvent
  | ModelErrorEvent
  | ModelReplyEvent
  | CallRecoveredEvent
  | InputRepairedEvent
  | ApprovalRequestEvent
  | RunResumeEvent
  | ApprovalDecisionEvent
  | ToolCallEvent
  | ToolResultEvent
  | StepEndEvent
  | RunEndEvent

/** Text of the reply under way, as it arrives. All of a step's since its last `reply-reset` make the step's text. */
export interface TextDeltaEvent {
  readonly type: 'text-delta'
  /** Starts at 1. */
  readonly step: number
  readonly text: string
}

/** A piece of the JSON text of a call's arguments, as it arrives: to be shown, not to be run. */
export interface ToolInputDeltaEvent {
  readonly type: 'tool-input-delta'
  readonly step: number
  /** The id the call will have in the history. */
  readonly toolCallId: string
  readonly toolName: string
  readonly text: string
}

/** A model request failed and is sent again after a wait. */
export interface RetryWaitingEvent {
  readonly type: 'retry-waiting'
  readonly step: number
  /** The attempt that failed. Starts at 1. */
  readonly attempt: number
  readonly retryInMs: number
}

/** What was shown of the reply under way is void: the request is sent again, and its text comes from the beginning. */
export interface ReplyResetEvent {
  readonly type: 'reply-reset'
  readonly step: number
}

/** What is worth seeing while it happens, and is not kept: whatever counts of it stands in a later `RunEvent`. */
export type EphemeralEvent =
  | TextDeltaEvent
  | ToolInputDeltaEvent
  | RetryWaitingEvent
  | ReplyResetEvent

/** Tells an event that is kept from an ephemeral one. */
export const isRunEvent = (event: StreamEvent): event is RunEvent => 'seq' in event

/** What a reader of a running run sees: its events, and the ephemeral ones between them. */
export type StreamEvent = RunEvent | EphemeralEvent
