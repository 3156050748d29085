import type { Message, ToolCall } from '../message.ts'
import { execute, type Answer } from '../tool/execute.ts'
import { toOutputText } from '../tool/output.ts'
import { overCap } from './caps.ts'
import type { PlannedCall } from './planned-call.ts'
import type { NewEvent } from './recorder.ts'
import type { Run } from './run.ts'

/**
 * Answers the calls of one reply, at most `maxParallelCalls` at a time, each started in call order. A `serial` tool's call
 * waits for those before it, and those after it wait for it.
 */
export async function answerCalls(
  run: Run,
  step: number,
  calls: readonly PlannedCall[],
): Promise<void> {
  // The conversation up to the calls, taken once: the list itself grows while they run.
  const messages = run.recorder.state.messages.slice()
  const entries = [...calls.entries()]
  for (let from = 0, to = 0; from < entries.length; from = to) {
    to = endOfBatch(run, calls, from)
    const waiting = entries.slice(from, to).values()
    const worker = async (): Promise<void> => {
      for (const [position, call] of waiting) await answerOne(run, step, position, call, messages)
    }
    const workers = Array.from({ length: Math.min(run.maxParallelCalls, to - from) }, worker)
    // All of them: a call that ended in the same moment as another failed must not be recorded after the run's end.
    const failed = (await Promise.allSettled(workers)).find((done) => done.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}

/** Where the calls end that may run beside the one at `from`. */
function endOfBatch({ tools }: Run, calls: readonly PlannedCall[], from: number): number {
  const next = calls.findIndex(
    ({ toolName }, position) => position >= from && tools.get(toolName)?.serial,
  )
  if (next === from) return from + 1
  return next < 0 ? calls.length : next
}

async function answerOne(
  run: Run,
  step: number,
  position: number,
  call: PlannedCall,
  messages: readonly Message[],
): Promise<void> {
  const { recorder, runtime } = run
  run.signal.throwIfAborted()
  const { toolCallId, toolName, problem } = call
  const recalled = problem === undefined ? recall(run, call) : undefined
  if (recalled !== undefined) {
    recorder.record({ type: 'tool-result', step, toolCallId, toolName, ...recalled, durationMs: 0 })
    return
  }
  // From run, step and position: the same however often this call is dispatched, whatever id the model gave it.
  const idempotencyKey = `${recorder.state.runId}.${step}.${position}`
  const startedAt = runtime.now()
  const answer = await execute({
    ...run,
    call,
    problem,
    idempotencyKey,
    step,
    messages,
    admit: (tool) => {
      const reason = overCap(run, tool)
      if (reason !== undefined) return reason
      run.dispatched.add(toolCallId)
      const { effect } = tool
      recorder.record({ type: 'tool-call', step, toolCallId, toolName, effect, idempotencyKey })
      return undefined
    },
  })
  const durationMs = runtime.now() - startedAt
  recorder.record({ type: 'tool-result', step, toolCallId, toolName, ...answer, durationMs })
}

/** The answer to a call that repeats itself, from the record. */
function recall(
  { guard, maxOutputChars }: Run,
  call: PlannedCall,
): (Answer & { readonly reused: true }) | undefined {
  const result = guard?.recall(call)
  if (result === undefined) return undefined
  const output = result.reused
    ? result.output
    : `The tool \`${call.toolName}\` was not run again: this call gave the same result twice, and the next step goes ` +
      `without the tool. Answer from what you know, or do something else. The result was:\n${result.output}`
  return {
    output: toOutputText(output, maxOutputChars),
    isError: false,
    dispatched: false,
    reused: true,
  }
}

/** The answer to a call that a stopped run left open. */
export const unanswered = (
  run: Pick<Run, 'recorder' | 'dispatched'>,
  { toolCallId, toolName }: ToolCall,
): NewEvent => {
  const dispatched = run.dispatched.has(toolCallId)
  return {
    type: 'tool-result',
    step: run.recorder.state.steps.length,
    toolCallId,
    toolName,
    output: dispatched
      ? 'The run was stopped while this call was under way. It may have had its effect: check before repeating it.'
      : 'Not run: the run was stopped before.',
    isError: true,
    dispatched,
    durationMs: 0,
  }
}
