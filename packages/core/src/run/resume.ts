import { own } from '../json.ts'
import { DroverError } from '../errors.ts'
import type { AnyTool } from '../tool/tool.ts'
import { checkApproved, readDecisions, type ApprovalDecision } from './approval.ts'
import type { RunEvent } from './event.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { readInput, type RunInput } from './input.ts'
import type { PlannedCall } from './planned-call.ts'
import { readEvents } from './read-events.ts'
import type { ReadHistory } from './read-history.ts'
import { foldEvents, type RunState } from './state.ts'

/** A suspended run, and what a person decided meanwhile. Plain JSON: it may come from another process. */
export interface Resumption {
  /** All events of the run, as its result gave them. */
  readonly events: readonly RunEvent[]
  /** Made by `approve` and `deny`. A call without a decision goes on waiting. */
  readonly decisions: readonly ApprovalDecision[]
}

/** Where a run begins: at a conversation, or where another one was suspended. */
export interface RunOrigin extends ReadHistory {
  /** What happened before; empty for a new run. */
  readonly past: readonly RunEvent[]
  readonly decisions: readonly ApprovalDecision[]
}

/**
 * Reads what a run is given: a text, a conversation, or a suspended run with decisions.
 * @throws DroverError `config.input` or `security.approval`, before anything is sent or run.
 */
export function readOrigin(input: RunInput | Resumption, policy: HistoryPolicy): RunOrigin {
  const events = own(input, 'events')
  if (events === undefined) return { ...readInput(input, policy), past: [], decisions: [] }
  const past = readEvents(events)
  const { stopReason, approvals, runId } = foldEvents(past)
  if (stopReason === undefined) {
    throw new DroverError(
      'config.input',
      'Expected the events of a run that ended or was suspended, got those of one that broke off.',
    )
  }
  const decisions = readDecisions(own(input, 'decisions'), runId, approvals)
  return { messages: [], repairs: [], past, decisions }
}

/** @throws DroverError `security.approval` where what was approved is not what would run now. */
export async function checkResumption(
  { past, decisions }: RunOrigin,
  tools: ReadonlyMap<string, AnyTool>,
): Promise<void> {
  await checkApproved(decisions, foldEvents(past).openCalls, tools)
}

/** The calls of the last reply that have no answer yet, in their places. */
export function openCalls({ steps, openCalls: open }: RunState): readonly PlannedCall[] {
  const ids = new Set(open.map(({ toolCallId }) => toolCallId))
  return (steps.at(-1)?.toolCalls ?? []).flatMap((call, position) =>
    ids.has(call.toolCallId)
      ? [{ ...call, position, problem: undefined, recovered: undefined, repairs: [] }]
      : [],
  )
}
