/** A change to core's source that makes it wrong. */
export interface PlantedBug {
  /** What core does then. */
  readonly name: string
  /** In core's `src`. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** Mistakes of the kind that are made, each where the real code would have it. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'waits on after an abort',
    file: 'run/retry.ts',
    find: 'await wait(runtime, delay, signal)',
    replace: 'await wait(runtime, delay)',
  },
  {
    name: 'ignores Retry-After',
    file: 'run/retry.ts',
    find: 'const asked = failure.error.retryAfterMs',
    replace: 'const asked = undefined as number | undefined',
  },
  {
    name: 'takes a stream that was cut for whole',
    file: 'wire/stream-reader.ts',
    find: 'if (!isDone && finishReason === undefined) {',
    replace: 'if (isDone && finishReason === undefined && said === undefined) {',
  },
  {
    name: 'overhears an error event',
    file: 'wire/stream-reader.ts',
    find: "if (type === 'error' || holdsError(json)) {",
    replace: "if (type === 'error' && holdsError(json) && isEnding) {",
  },
  {
    name: 'skips a malformed event',
    file: 'wire/stream-reader.ts',
    find: "if (type !== 'error') failMalformed(data)",
    replace: "if (type !== 'error') return",
  },
  {
    name: 'shows a text twice',
    file: 'wire/stream-reader.ts',
    find: 'const rest = reply.text.slice(shownChars)',
    replace: 'const rest = reply.text',
  },
  {
    name: 'runs what a cut reply asks for',
    file: 'run/planned-call.ts',
    find: 'if (CUT.includes(finishReason)) {',
    replace: 'if (CUT.length === 0) {',
  },
  {
    name: 'appends answers as they come',
    file: 'run/state.ts',
    find: 'const call = state.unappended[0]',
    replace: 'const call = state.unappended.find(({ toolCallId }) => state.early[toolCallId])',
  },
  {
    name: 'shares early results between runs',
    file: 'run/state.ts',
    find: 'early: Object.create(null),',
    replace: 'early: ((globalThis as { early?: Record<string, never> }).early ??= {}),',
  },
  {
    name: 'counts usage twice',
    file: 'run/state.ts',
    find: '      state.usage = addUsage(state.usage, usage)\n',
    replace: '      state.usage = addUsage(addUsage(state.usage, usage), usage)\n',
  },
  {
    name: 'does not answer a denied call',
    file: 'tool/execute.ts',
    find: "if (admission !== 'go') return refused(`${named} was not run. ${admission.denied}`)",
    replace: "if (admission !== 'go') return undefined",
  },
  {
    name: 'does not hear an abort',
    file: 'run/run-stream.ts',
    find: "    signal?.addEventListener('abort', onAbort, { once: true })\n",
    replace: '',
  },
  {
    name: 'hands over what the model wrote',
    file: 'tool/execute.ts',
    find: 'enter(tool, parsed.value,',
    replace: 'enter(tool, call.input,',
  },
  {
    name: 'gives two calls one id',
    file: 'run/call-id.ts',
    find: 'next: () => toId((number = after(number))),',
    replace: 'next: () => toId(after(number)),',
  },
  {
    name: 'makes one key for a whole reply',
    file: 'run/answer-calls.ts',
    find: '`${recorder.state.runId}.${step}.${position}`',
    replace: '`${recorder.state.runId}.${step}`',
  },
  {
    name: 'runs all calls at a time',
    file: 'run/answer-calls.ts',
    find: 'Math.min(run.maxParallelCalls, batch.length)',
    replace: 'batch.length',
  },
  {
    name: 'forgets the reset',
    file: 'run/step-viewer.ts',
    find: "if (hasShown) recorder.tell({ type: 'reply-reset', step })",
    replace: 'hasShown = false',
  },
  {
    name: 'leaves its listener',
    file: 'run/run-stream.ts',
    find: "    signal?.removeEventListener('abort', onAbort)\n",
    replace: '',
  },
  {
    name: 'leaves its timer',
    file: 'run/request-watch.ts',
    find: '    stop: () => {\n      cancel()\n',
    replace: '    stop: () => {\n',
  },
  {
    name: 'never gives up',
    file: 'run/request-watch.ts',
    find: '    controller.abort()\n  }\n  const allow',
    replace: '  }\n  const allow',
  },
  {
    name: 'leaves a body open',
    file: 'run/receive.ts',
    find: "    signal.removeEventListener('abort', leave)\n    leave()\n",
    replace: "    signal.removeEventListener('abort', leave)\n",
  },
  {
    name: 'takes a broken rule for a yes',
    file: 'run/approval.ts',
    find: '    context.signal.throwIfAborted()\n    return true',
    replace: '    context.signal.throwIfAborted()\n    return false',
  },
  {
    name: 'takes a forged decision',
    file: 'run/approval.ts',
    find: "own(entry, 'inputHash') !== inputHash",
    replace: "own(entry, 'inputHash') === undefined",
  },
  {
    name: 'lets the last decision hold',
    file: 'run/approval.ts',
    find: '    if (decided.has(toolCallId)) continue\n',
    replace: '',
  },
  {
    name: 'sends half a surrogate pair',
    file: 'wire/text.ts',
    find: "text.replace(LONE_SURROGATE, '\\uFFFD')",
    replace: 'text',
  },
  {
    name: 'keeps an order in the history',
    file: 'wire/request.ts',
    find: '[...objects, ...last]',
    replace: '(objects.push(...last), objects)',
  },
  {
    name: 'waits for a tool that is deaf',
    file: 'time-limit.ts',
    find: 'return await untilAborted(Promise.race([work(), late]), signal)',
    replace: 'return await Promise.race([work(), late])',
  },
  {
    name: 'waits for ever for a tool',
    file: 'time-limit.ts',
    find: '      resolve(undefined)\n',
    replace: '      if (ms < 0) resolve(undefined)\n',
  },
  {
    name: 'tells a secret',
    file: 'wire/failure.ts',
    find: 'redact?.(text) ?? text',
    replace: 'text',
  },
  {
    name: 'forgets the budget',
    file: 'run/budget.ts',
    find: 'return most < least ? undefined : most',
    replace: 'return request.maxTokens',
  },
  {
    name: 'forgets what a lost request cost',
    file: 'run/reservation.ts',
    find: ': settle(told ?? noUsage)',
    replace: ': told',
  },
  {
    name: 'wraps the reason of an abort',
    file: 'run/loop.ts',
    find: 'throw aborted ? signal.reason : error',
    replace: "throw aborted ? new Error('aborted', { cause: error }) : error",
  },
  {
    name: 'numbers what is not kept',
    file: 'run/recorder.ts',
    find: 'tell: append,',
    replace: 'tell: (event) => {\n      seq++\n      append(event)\n    },',
  },
  {
    name: 'runs an answered call again when it is resumed',
    file: 'run/resume.ts',
    find: 'ids.has(call.toolCallId)',
    replace: 'ids.size > 0',
  },
]
