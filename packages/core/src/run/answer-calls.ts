import type { Message, ToolCall } from '../message.ts'
import { execute } from '../tool/execute.ts'
import { admit } from './approval.ts'
import type { PlannedCall } from './planned-call.ts'
import type { NewEvent } from './recorder.ts'
import type { Run } from './run.ts'

/** Answers the calls of one reply that do not wait for an approval, at most `maxParallelCalls` at a time, each started in call order. */
export async function answerCalls(
  run: Run,
  step: number,
  calls: readonly PlannedCall[],
): Promise<void> {
  // The conversation up to the calls, taken once: the list itself grows while they run.
  const messages = run.recorder.state.messages.slice()
  const waiting = calls.values()
  const worker = async (): Promise<void> => {
    for (const call of waiting) await answerOne(run, step, call, messages)
  }
  const workers = Array.from({ length: Math.min(run.maxParallelCalls, calls.length) }, worker)
  // All of them: a call that ended in the same moment as another failed must not be recorded after the run's end.
  const failed = (await Promise.allSettled(workers)).find((done) => done.status === 'rejected')
  if (failed !== undefined) throw failed.reason
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
    admit: (tool, value, context) => admit(run, call, tool, value, context),
    onDispatch: ({ effect }) => {
      run.dispatched.add(toolCallId)
      recorder.record({ type: 'tool-call', step, toolCallId, toolName, effect, idempotencyKey })
    },
  })
  if (answer === undefined) return
  const durationMs = runtime.now() - startedAt
  recorder.record({ type: 'tool-result', step, toolCallId, toolName, ...answer, durationMs })
}

/** The answer to a call that a failed or aborted run left open. */
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
      ? 'The run ended while this call was under way. It may have had its effect: check before repeating it.'
      : 'Not run: the run ended before.',
    isError: true,
    dispatched,
    durationMs: 0,
  }
}
