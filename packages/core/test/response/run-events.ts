import { foldEvents, type Message, type RunEvent, type StreamEvent } from '@drover/core'

/** An event without what is the same in most of them. */
type Given<Type extends StreamEvent['type']> = Partial<Extract<StreamEvent, { type: Type }>>

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15, requests: 1 }

/** Writes down a run by hand, event by event, as the loop would tell it. */
export function runEvents(): {
  readonly list: StreamEvent[]
  readonly start: (given?: Given<'run-start'>) => void
  readonly request: (step: number, attempt?: number) => void
  readonly text: (step: number, ...texts: string[]) => void
  readonly reply: (step: number, given: Given<'model-reply'>) => void
  readonly result: (step: number, given: Given<'tool-result'>) => void
  readonly stepEnd: (step: number) => void
  readonly end: (given?: Given<'run-end'>) => void
  readonly add: (event: StreamEvent) => void
} {
  const list: StreamEvent[] = []
  let seq = 0
  const place = (): { seq: number; time: number } => ({ seq: seq++, time: 1_795_000_000_000 })
  return {
    list,
    add: (event) => list.push(event),
    start: (given) =>
      list.push({
        type: 'run-start',
        runId: 'run-1',
        model: '@cf/meta/llama-3.1-8b-instruct-fast',
        backend: 'scripted',
        instructions: 'Be brief.',
        messages: [{ role: 'user', content: 'Is it warm?' }],
        tools: ['get_weather'],
        ...place(),
        ...given,
      }),
    request: (step, attempt = 1) =>
      list.push({
        type: 'model-request',
        step,
        attempt,
        model: '@cf/meta/llama-3.1-8b-instruct-fast',
        maxTokens: 2048,
        closing: false,
        ...place(),
      }),
    text: (step, ...texts) => {
      for (const text of texts) list.push({ type: 'text-delta', step, text })
    },
    reply: (step, given) =>
      list.push({
        type: 'model-reply',
        step,
        attempt: 1,
        text: '',
        toolCalls: [],
        finishReason: 'stop',
        usage,
        durationMs: 5,
        ...place(),
        ...given,
      }),
    result: (step, given) =>
      list.push({
        type: 'tool-result',
        step,
        toolCallId: 'call00001',
        toolName: 'get_weather',
        output: '{"celsius":26}',
        isError: false,
        dispatched: true,
        durationMs: 1,
        ...place(),
        ...given,
      }),
    stepEnd: (step) => list.push({ type: 'step-end', step, ...place() }),
    end: (given) =>
      list.push({
        type: 'run-end',
        stopReason: 'answer',
        text: '',
        usage,
        durationMs: 20,
        ...place(),
        ...given,
      }),
  }
}

/** A question that one call and two streamed texts answer. */
export function weatherRun(): StreamEvent[] {
  const run = runEvents()
  const call = { toolCallId: 'call00001', toolName: 'get_weather' }
  run.start()
  run.request(1)
  run.text(1, 'I will ', 'look.')
  run.add({ type: 'tool-input-delta', step: 1, ...call, text: '{"city":' })
  run.add({ type: 'tool-input-delta', step: 1, ...call, text: '"Lisbon"}' })
  run.reply(1, {
    text: 'I will look.',
    toolCalls: [{ ...call, input: { city: 'Lisbon' } }],
    finishReason: 'tool-calls',
  })
  run.result(1, call)
  run.stepEnd(1)
  run.request(2)
  run.text(2, 'It is ', 'warm: ', '26 °C.')
  run.reply(2, { text: 'It is warm: 26 °C.' })
  run.end({ text: 'It is warm: 26 °C.' })
  return run.list
}

export const isKept = (event: StreamEvent): event is RunEvent => 'seq' in event

/** The conversation the events tell. */
export const messagesOf = (events: readonly StreamEvent[]): readonly Message[] =>
  foldEvents(events.filter(isKept)).messages

/** Events as a stream that says when its reader left. */
export function streamOf(
  events: readonly StreamEvent[],
  error?: Error,
): AsyncIterable<StreamEvent> & { readonly reads: () => number; readonly left: () => boolean } {
  let reads = 0
  let left = false
  const iterator: AsyncIterator<StreamEvent> = {
    next: () => {
      const value = events[reads++]
      if (value !== undefined) return Promise.resolve({ done: false, value })
      return error === undefined
        ? Promise.resolve({ done: true, value: undefined })
        : Promise.reject(error)
    },
    return: () => {
      left = true
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  return { reads: () => reads, left: () => left, [Symbol.asyncIterator]: () => iterator }
}
