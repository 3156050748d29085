import type { JsonValue } from '../message.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import { allCalls, type RefusedCall, type Reply, type ReplyCall } from '../wire/reply.ts'
import type { CallIds } from './call-id.ts'
import type { Repair } from '../tool/repair.ts'

/** A call of a reply with an id of ours. Every planned call is answered; one with a `problem` without its tool. */
export interface PlannedCall {
  readonly toolCallId: string
  /** Among all calls of the reply, from 0. */
  readonly position: number
  readonly toolName: string
  readonly input: JsonValue
  readonly problem: string | undefined
  readonly recovered: string | undefined
  readonly repairs: readonly Repair[]
}

/**
 * Whether calls that were written as text are recovered: all of them, all but those of tools whose effect is `once`
 * (the model is asked to make them again, as calls), or none.
 */
export type RecoverPolicy = boolean | 'unless-once'

/** What decides on the calls of a reply besides the reply. */
export interface PlanOptions {
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly recover: RecoverPolicy
  readonly maxCallsPerReply: number
  readonly ids: CallIds
}

/** Replies that ended before the model was done. */
const CUT: readonly FinishReason[] = ['length', 'content-filter', 'error']

/** Gives each call of a reply its id, and holds back those that must not run from such a reply. */
export function planCalls(reply: Reply, options: PlanOptions): readonly PlannedCall[] {
  const { maxCallsPerReply: most } = options
  return allCalls(reply).map((call, position) => ({
    position,
    toolCallId: options.ids.next(),
    toolName: call.toolName,
    input: call.input,
    problem: position < most ? problemOf(call, reply, options) : tooMany(most),
    recovered: call.recovered,
    repairs: call.repairs ?? [],
  }))
}

const tooMany = (most: number): string =>
  `Too many calls in one reply: only the first ${most} are looked at. Call it again if you still need it.`

function problemOf(
  call: ReplyCall | RefusedCall,
  { finishReason }: Reply,
  { tools, recover }: PlanOptions,
): string | undefined {
  if ('why' in call) {
    // The tool itself knows its names and its schema better: it refuses, or takes what the lowered schema does not say.
    const isForTool = call.why === 'unknown-tool' || (call.why === 'invalid' && !call.recovered)
    return isForTool ? undefined : call.message
  }
  if (tools.get(call.toolName)?.effect !== 'once') return undefined
  if (CUT.includes(finishReason)) {
    return 'The reply that asks for it was cut off, and its effect must not happen by mistake. Call it again.'
  }
  return call.recovered !== undefined && recover === 'unless-once'
    ? 'It was written as text, and its effect must not happen by mistake. Call it again, as a tool call.'
    : undefined
}
