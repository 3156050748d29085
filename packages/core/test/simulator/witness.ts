import type {
  ApprovalDecision,
  JsonValue,
  PendingApproval,
  RunEvent,
  RunResult,
  StreamEvent,
  ToolEffect,
  WireMessage,
} from '@drover/core'

/** What a run looked like from the outside: to the service, to the tools, and to the caller. */
export interface Witness {
  /** Stands in all texts that belong to this run. */
  readonly label: string
  readonly requests: SeenRequest[]
  /** By their marks. */
  readonly calls: Map<string, MadeCall>
  readonly entries: ToolEntry[]
  /** What the model gave where an object was wanted. */
  readonly outputs: object[]
  /** All that a reader who stayed was shown, in order, over all parts of a run that was suspended. */
  readonly shown: StreamEvent[]
  /** What the run kept, as far as the caller got it. */
  events: readonly RunEvent[]
  result?: RunResult
  failure?: { readonly error: unknown }
  /** Parts that were begun: one, and one more for each time it was resumed. */
  parts: number
  /** Milliseconds of the parts before. */
  spentMs: number
  beganAt: number
  /** Undefined while a part is under way. */
  settledAt: number | undefined
  /** When the caller wanted it to end, and what for; no reason for one who just left. */
  aborted?: { readonly at: number; readonly reason?: unknown }
  /** Some of it was not watched while it happened. */
  isBlind: boolean
  /** Until when the service asked not to be asked, by model. */
  readonly notBefore: Map<string, number>
  readonly pending: PendingApproval[]
  readonly decisions: ApprovalDecision[]
  /** Listeners of core's on the signal that the caller gave. */
  listeners: number
}

export const createWitness = (label: string): Witness => ({
  label,
  requests: [],
  calls: new Map(),
  entries: [],
  outputs: [],
  shown: [],
  events: [],
  parts: 0,
  spentMs: 0,
  beganAt: 0,
  settledAt: undefined,
  isBlind: false,
  notBefore: new Map(),
  pending: [],
  decisions: [],
  listeners: 0,
})

/** A request as the service saw it. */
export interface SeenRequest {
  readonly at: number
  readonly model: string
  readonly text: string
  /** The text, parsed. */
  readonly body: unknown
  readonly messages: readonly WireMessage[]
  readonly maxTokens: number
  readonly isStreamed: boolean
  /** The tools that are offered. */
  readonly toolNames: readonly string[]
  /** Tokens that the service will bill for reading it. */
  readonly inputTokens: number
  /** Tokens billed in all; 0 where the model did not begin. */
  billed: number
  reply?: ServedReply
  /** What came in place of a reply. */
  fault?: string
  /** The signal of the request. */
  readonly signal: AbortSignal | undefined
}

/** A reply as the service gave it. */
export interface ServedReply {
  readonly request: SeenRequest
  /** All its text, where it is plain: no call is hidden in it, nothing is cut. */
  readonly plainText: string | undefined
  readonly calls: readonly MadeCall[]
  /** What the service says it cost; undefined where it says nothing that can be believed. */
  readonly usage: { readonly input: number; readonly output: number } | undefined
  /** Its calls may run, once it has gone out. */
  readonly isSound: boolean
  /** It was cut, or ended for an odd reason: nothing irrevocable may follow from it. */
  readonly isDoubtful: boolean
  /** Everything has gone out that is to. */
  isSent: boolean
}

/** A call that the model made, one or more times, and what it meant. */
export interface MadeCall {
  readonly mark: string
  readonly toolName: string
  /** What the tool must be given; undefined where it must not be entered. */
  readonly meant: JsonValue | undefined
  /** Replies that held it. */
  readonly replies: ServedReply[]
}

/** A tool that was entered. */
export interface ToolEntry {
  readonly at: number
  readonly mark: string
  readonly toolName: string
  readonly effect: ToolEffect
  readonly key: string
  readonly signal: AbortSignal
  isSettled: boolean
}
