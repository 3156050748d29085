import { canonicalJson } from '../canonical-json.ts'
import { DroverError } from '../errors.ts'
import { guardJson, own, parseJson } from '../json.ts'
import type { JsonValue, ToolCall } from '../message.ts'
import { expected } from '../option.ts'
import { sha256 } from '../runtime.ts'
import { withinLimit } from '../time-limit.ts'
import { CHECK_MS } from '../tool/execute.ts'
import type { AnyTool, ApprovalContext } from '../tool/tool.ts'
import type { Run } from './run.ts'

/** A call that waits for a person's decision. Plain JSON: show it, store it, decide on it later and elsewhere. */
export interface PendingApproval {
  readonly runId: string
  readonly step: number
  readonly toolCallId: string
  readonly toolName: string
  /** Exactly what the tool will be given: parsed, with defaults filled in. Text from a model: do not trust it. */
  readonly input: JsonValue
  /** SHA-256 of `input` with its keys in order, in hex. */
  readonly inputHash: string
}

/** A person's decision on one call: it holds for this run, this call and this input, and for nothing else. */
export interface ApprovalDecision {
  readonly runId: string
  readonly toolCallId: string
  readonly inputHash: string
  readonly isApproved: boolean
  /** Told to the model where the call is denied. At most 2,000 characters. */
  readonly reason?: string
}

/** Allows the call. */
export const approve = ({ runId, toolCallId, inputHash }: PendingApproval): ApprovalDecision => ({
  runId,
  toolCallId,
  inputHash,
  isApproved: true,
})

/** Forbids the call; the model is told so, with the reason, and goes on. */
export const deny = (
  { runId, toolCallId, inputHash }: PendingApproval,
  reason?: string,
): ApprovalDecision => ({
  runId,
  toolCallId,
  inputHash,
  isApproved: false,
  ...(reason !== undefined && { reason }),
})

/** Whether a call may be dispatched now; it waits, or it must not be, and the model is told why. */
export type Admission = 'go' | 'wait' | { readonly denied: string }

/**
 * Asks whether a call may be dispatched. A call that needs a decision and has none is recorded as waiting. A tool whose
 * `approval` throws, or does not say in time, needs one.
 */
export async function admit(
  run: Run,
  call: ToolCall,
  tool: AnyTool,
  value: unknown,
  context: ApprovalContext<never>,
): Promise<Admission> {
  const { decisions, approvals } = run.recorder.state
  const decision = decisions[call.toolCallId]
  if (decision !== undefined) {
    if (!decision.isApproved) return { denied: deniedText(decision.reason) }
    const { inputHash } = await describeInput(value)
    if (inputHash === decision.inputHash) return 'go'
    return { denied: 'What was approved is not what would run now. Ask again.' }
  }
  if (approvals.some(({ toolCallId }) => toolCallId === call.toolCallId)) return 'wait'
  if (!(await needsApproval(run, tool, value, context))) return 'go'
  const { step } = context
  const { toolCallId, toolName } = call
  let described: Pick<PendingApproval, 'input' | 'inputHash'>
  try {
    described = await describeInput(value)
  } catch {
    return { denied: 'Its input cannot be shown to a person, and so not be approved.' }
  }
  run.signal.throwIfAborted()
  run.recorder.record({ type: 'approval-request', step, toolCallId, toolName, ...described })
  return 'wait'
}

/**
 * The decisions that hold for a suspended run: the first on each call, each for exactly the input that waits.
 * @throws DroverError `config.input` for what is no decision; `security.approval` for one on another run, call or input.
 */
export function readDecisions(
  given: unknown,
  runId: string,
  pending: readonly PendingApproval[],
): readonly ApprovalDecision[] {
  if (!Array.isArray(given)) {
    throw expected('config.input', '`decisions`', 'a list made by `approve` and `deny`', given)
  }
  const decided = new Map<string, ApprovalDecision>()
  for (const entry of given) {
    const toolCallId = own(entry, 'toolCallId')
    const isApproved = own(entry, 'isApproved')
    const reason = own(entry, 'reason')
    if (typeof toolCallId !== 'string' || typeof isApproved !== 'boolean') {
      throw expected('config.input', 'a decision', 'made by `approve` or `deny`', entry)
    }
    const waiting = pending.find((one) => one.toolCallId === toolCallId)
    const { inputHash } = waiting ?? {}
    if (
      inputHash === undefined ||
      own(entry, 'runId') !== runId ||
      own(entry, 'inputHash') !== inputHash
    ) {
      const name = toolCallId.slice(0, 40)
      throw new DroverError(
        'security.approval',
        `The decision on \`${name}\` is not on a call that waits in this run with this input. ` +
          'Decide on what the run of these events gave as `approvals`.',
      )
    }
    if (decided.has(toolCallId)) continue
    decided.set(toolCallId, {
      runId,
      toolCallId,
      inputHash,
      isApproved,
      ...(typeof reason === 'string' && { reason: reason.slice(0, 2000) }),
    })
  }
  return [...decided.values()]
}

/**
 * Checks that what was approved is still what would run.
 * @throws DroverError `security.approval` where the tool is gone, or reads its input otherwise now.
 */
export async function checkApproved(
  decisions: readonly ApprovalDecision[],
  calls: readonly ToolCall[],
  tools: ReadonlyMap<string, AnyTool>,
): Promise<void> {
  for (const { toolCallId, isApproved, inputHash } of decisions) {
    const call = calls.find((one) => one.toolCallId === toolCallId)
    if (!isApproved || call === undefined) continue
    const parsed = await tools.get(call.toolName)?.parseInput(call.input)
    if (parsed?.ok && (await describeInput(parsed.value)).inputHash === inputHash) continue
    throw new DroverError(
      'security.approval',
      `The tool \`${call.toolName}\` is not what it was when its call was approved: nothing was run. ` +
        'Resume with the same tools, or deny the call.',
    )
  }
}

async function needsApproval(
  { runtime }: Run,
  { approval }: AnyTool,
  value: unknown,
  context: ApprovalContext<never>,
): Promise<boolean> {
  if (typeof approval !== 'function') return approval
  try {
    // `parseInput` just gave the value, in the shape of the tool's own schema.
    const needed = approval(value as never, context)
    if (!(needed instanceof Promise)) return needed
    return (await withinLimit(runtime, CHECK_MS, context.signal, () => needed)) ?? true
  } catch {
    context.signal.throwIfAborted()
    return true
  }
}

async function describeInput(
  value: unknown,
): Promise<Pick<PendingApproval, 'input' | 'inputHash'>> {
  const text = canonicalJson(value)
  return { input: guardJson(parseJson(text)), inputHash: await sha256(text) }
}

const deniedText = (reason: string | undefined): string =>
  `A person did not allow this call${reason ? `: ${reason}` : '.'}\nDo not make it again; go on without it, or say that it was not allowed.`
