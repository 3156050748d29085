// Tools
export { tool } from './tool/tool.ts'
export type {
  AnyTool,
  ApprovalContext,
  ParsedInput,
  Tool,
  ToolContext,
  ToolEffect,
  ToolOptions,
  ToolOutput,
} from './tool/tool.ts'
export type { ParseResult } from './tool/parse-result.ts'
export type { ToolInput } from './tool/schema.ts'
export type { ToolParameters } from './tool/parameters.ts'
export type {
  StandardIssue,
  StandardJsonSchemaOptions,
  StandardResult,
  StandardSchema,
} from './tool/standard-schema.ts'
export { toFlatTool, toFunctionTool } from './tool/format.ts'
export type { FlatTool, FunctionTool } from './tool/format.ts'
export type { JsonSchema } from './json-schema.ts'

// Agents
export { createAgent, runTools } from './run/agent.ts'
export type { Agent, RunArguments } from './run/agent.ts'
export type { AgentOptions } from './run/prepare.ts'
export type { RunInput } from './run/input.ts'
export type { HistoryPolicy, HistoryRepair, HistoryRepairKind } from './run/history-repair.ts'
export type {
  CompactHistory,
  CompactOptions,
  HistoryTrimming,
  TrimPolicy,
} from './run/context-window.ts'
export { approve, deny } from './run/approval.ts'
export type { ApprovalDecision, PendingApproval } from './run/approval.ts'
export type { Resumption } from './run/resume.ts'
export type { LogEntry } from './run/event-log.ts'
export type { StreamPolicy } from './run/run.ts'
export type { RequestTimeouts } from './run/request-watch.ts'
export type { RunTimeouts } from './run/timeouts.ts'
export type { RunOptions, RunResult, RunStream } from './run/run-stream.ts'
export type { Budget } from './run/budget.ts'
export { costCeiling } from './run/cost-ceiling.ts'
export type { CostCeiling } from './run/cost-ceiling.ts'
export type { FallbackModel } from './run/fallback.ts'
export type { RecoverPolicy } from './run/planned-call.ts'
export type { PrepareStep, StepChanges, StepInfo } from './run/prepare-step.ts'
export type { ToolChoice } from './wire/tool-choice.ts'
export type { OutputOf } from './run/output.ts'
export type { Repair, RepairKind } from './tool/repair.ts'
export { foldEvents } from './run/state.ts'
export type { RunState, Step } from './run/state.ts'
export { isRunEvent } from './run/event.ts'
export type {
  EphemeralEvent,
  ErrorRecord,
  ReplyResetEvent,
  RetryWaitingEvent,
  RunEvent,
  StreamEvent,
  TextDeltaEvent,
  ToolInputDeltaEvent,
} from './run/event.ts'
export {
  and,
  failedSteps,
  maxSteps,
  moneySpent,
  neuronsUsed,
  not,
  or,
  timeElapsed,
  tokensUsed,
  toolCalled,
} from './run/stop.ts'
export type { RunProgress, StopCondition, StopReason } from './run/stop.ts'

// One call
export { generate } from './run/generate.ts'
export type { GenerateOptions, GenerateResult } from './run/generate.ts'

// Messages
export type {
  AssistantMessage,
  JsonValue,
  Message,
  SystemMessage,
  ToolCall,
  ToolMessage,
  ToolResult,
  UserMessage,
} from './message.ts'
export type { FinishReason } from './wire/finish-reason.ts'
export type { Sampling } from './wire/sampling.ts'
export type { Usage } from './wire/usage.ts'
export type { ModelProfile } from './wire/profile.ts'
export type { ModelPrice } from './wire/price.ts'

// Errors
export { BackendError, DroverError } from './errors.ts'
export type { BackendErrorDetails, DroverErrorCode } from './errors.ts'

// Seams
export type { Backend, SendOptions, WireRequest } from './wire/backend.ts'
export type { WireInputs, WireMessage, WireToolCall } from './wire/inputs.ts'
export { systemRuntime } from './runtime.ts'
export type { Runtime } from './runtime.ts'
export { silentLogger } from './log.ts'
export type { Logger } from './log.ts'
