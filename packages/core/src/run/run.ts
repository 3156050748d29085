import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import type { WireInputs } from '../wire/inputs.ts'
import type { Sampling } from '../wire/sampling.ts'
import type { ToolChoice } from '../wire/tool-choice.ts'
import type { Budget } from './budget.ts'
import type { CallIds } from './call-id.ts'
import type { TrimPolicy } from './context-window.ts'
import type { StreamEvent } from './event.ts'
import type { HistoryPolicy } from './history-repair.ts'
import type { ModelCursor, PreparedModel } from './model-cursor.ts'
import type { RecoverPolicy } from './planned-call.ts'
import type { PrepareStep } from './prepare-step.ts'
import type { Recorder } from './recorder.ts'
import type { LoopGuard } from './guard.ts'
import type { RunClock } from './run-clock.ts'
import type { RunOrigin } from './resume.ts'
import type { StopCondition } from './stop.ts'
import type { ToolSets } from './tool-set.ts'
import type { RunTimeouts } from './timeouts.ts'

/** Everything a run needs, checked and prepared. */
export interface LoopOptions {
  readonly backend: Backend
  /** The first is asked; the others where it cannot answer. */
  readonly models: readonly [PreparedModel, ...PreparedModel[]]
  readonly instructions: string | undefined
  readonly tools: ReadonlyMap<string, AnyTool>
  /** `tools` without the one that takes the output. */
  readonly ownTools: ReadonlyMap<string, AnyTool>
  readonly toolSets: ToolSets
  readonly toolChoice: ToolChoice
  readonly prepareStep: PrepareStep<never> | undefined
  /** The one of `tools` that takes the run's output, where one is wanted. */
  readonly output: AnyTool | undefined
  /** As it was given. */
  readonly samplingOptions: Sampling
  /** Further fields of every request. */
  readonly extra?: Partial<WireInputs>
  readonly budget: Budget | undefined
  readonly stopWhen: StopCondition
  readonly closingCall: boolean
  readonly history: HistoryPolicy
  readonly trim: TrimPolicy
  readonly repair: boolean
  readonly recover: RecoverPolicy
  readonly maxParallelCalls: number
  readonly maxToolCalls: number
  readonly maxCallsPerReply: number
  readonly loopGuard: boolean
  readonly maxOutputChars: number
  readonly timeouts: RunTimeouts
  readonly stream: StreamPolicy
  readonly origin: RunOrigin
  readonly context: unknown
  readonly signal: AbortSignal
  readonly runtime: Runtime
  readonly log: Logger
  /** Takes each event as it happens. */
  readonly append: (event: StreamEvent) => void
  /** Something to wait for where readers are too far behind; absent where nobody reads. */
  readonly room: (() => Promise<void> | undefined) | undefined
}

/**
 * Which model requests ask for a stream: those of a run that is read as it happens, unless the model's profile says that
 * it does not do so well (`auto`), all, or none.
 */
export type StreamPolicy = 'auto' | 'always' | 'never'

/** A run under way. */
export interface Run extends LoopOptions {
  readonly recorder: Recorder
  readonly cursor: ModelCursor
  readonly ids: CallIds
  /** Models whose JSON mode could not be met. */
  readonly withoutJsonMode: Set<string>
  /** Ids of the calls whose tool was entered. */
  readonly dispatched: Set<string>
  readonly clock: RunClock
  /** Undefined where it is switched off. */
  readonly guard: LoopGuard | undefined
}
