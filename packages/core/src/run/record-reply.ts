import { defined } from '../defined.ts'
import { cloneJson } from '../json.ts'
import type { AnsweredReply } from './call-model.ts'
import type { OutputReading } from './output.ts'
import type { PlannedCall } from './planned-call.ts'
import type { Recorder } from './recorder.ts'

/** A reply that was accepted, with all calls it plans or the output it gives, and what was done to them before. */
export function recordReply(
  recorder: Recorder,
  step: number,
  answered: AnsweredReply,
  calls: readonly PlannedCall[],
  given?: Extract<OutputReading, { status: 'given' }>,
): void {
  const { reply, attempt, durationMs, requestId } = answered
  recorder.record({
    type: 'model-reply',
    step,
    attempt,
    text: reply.text,
    // A copy: what a tool does to its input must not reach the history, nor what a reader does to the event the tool.
    toolCalls: calls.map(({ toolCallId, toolName, input }) => ({
      toolCallId,
      toolName,
      input: cloneJson(input),
    })),
    finishReason: reply.finishReason,
    usage: reply.usage,
    durationMs,
    ...(given && { output: cloneJson(given.output) }),
    ...defined({ requestId }),
  })
  recordMending(recorder, step, given?.mended === undefined ? calls : [given.mended])
}

function recordMending(recorder: Recorder, step: number, calls: readonly PlannedCall[]): void {
  for (const { toolCallId, toolName, recovered, repairs } of calls) {
    const about = { step, toolCallId, toolName }
    if (recovered !== undefined) {
      recorder.record({ type: 'call-recovered', ...about, dialect: recovered })
    }
    for (const repair of repairs) recorder.record({ type: 'input-repaired', ...about, ...repair })
  }
}
