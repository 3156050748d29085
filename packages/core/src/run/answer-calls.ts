import type { Message } from '../message.ts'
import { execute, type Answer } from '../tool/execute.ts'
import { toOutputText } from '../tool/output.ts'
import { admit } from './approval.ts'
import { overCap } from './caps.ts'
import type { PlannedCall } from './planned-call.ts'
import type { Run } from './run.ts'

/**
 * Answers the calls of one reply that do not wait for an approval, at most `maxParallelCalls` at a time, each started in
 * call order. A `serial` tool's call waits for those before it, and those after it wait for it.
 */
export async function answerCalls(
  run: Run,
  step: number,
  calls: readonly PlannedCall[],
): Promise<void> {
  // The conversation up to the calls, taken once: the list itself grows while they run.
  const messages = run.recorder.state.messages.slice()
  let isHeld = false
  for (let from = 0, to = 0; from < calls.length; from = to) {
    to = endOfBatch(run, calls, from)
    const batch = calls.slice(from, to)
    // Behind a call that waits for a person, only what is not run anyway is answered.
    const waiting = (isHeld ? batch.filter(({ problem }) => problem !== undefined) : batch).values()
    const worker = async (): Promise<void> => {
      for (const call of waiting) await answerOne(run, step, call, messages)
    }
    const workers = Array.from({ length: Math.min(run.maxParallelCalls, batch.length) }, worker)
    // All of them: a call that ended in the same moment as another failed must not be recorded after the run's end.
    const failed = (await Promise.allSettled(workers)).find((done) => done.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    isHeld ||= run.recorder.state.approvals.length > 0
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
  call: PlannedCall,
  messages: readonly Message[],
): Promise<void> {
  const { recorder, runtime } = run
  run.signal.throwIfAborted()
  const { toolCallId, toolName, problem, position } = call
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
    admit: async (tool, value, context) => {
      // Nobody is asked about a call that will not be made.
      const denied = overCap(run, tool)
      return denied === undefined ? admit(run, call, tool, value, context) : { denied }
    },
    onDispatch: (tool) => {
      const reason = overCap(run, tool)
      if (reason !== undefined) return reason
      run.dispatched.add(toolCallId)
      const { effect } = tool
      recorder.record({ type: 'tool-call', step, toolCallId, toolName, effect, idempotencyKey })
      return undefined
    },
  })
  if (answer === undefined) return
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

/** Answers the calls that a run leaves open when it is stopped; false where there are none. */
export function answerOpenCalls({ recorder, dispatched }: Run): boolean {
  const open = recorder.state.openCalls.slice()
  for (const { toolCallId, toolName } of open) {
    const wasEntered = dispatched.has(toolCallId)
    recorder.record({
      type: 'tool-result',
      step: recorder.state.steps.length,
      toolCallId,
      toolName,
      output: wasEntered
        ? 'The run was stopped while this call was under way. It may have had its effect: check before repeating it.'
        : 'Not run: the run was stopped before.',
      isError: true,
      dispatched: wasEntered,
      durationMs: 0,
    })
  }
  return open.length > 0
}
