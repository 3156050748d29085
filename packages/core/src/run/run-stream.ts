import type { Message } from '../message.ts'
import type { Usage } from '../wire/usage.ts'
import type { PendingApproval } from './approval.ts'
import { isRunEvent, type RunEvent, type StreamEvent } from './event.ts'
import { createEventLog, idOf, type LogEntry, type Place } from './event-log.ts'
import { runLoop } from './loop.ts'
import type { PreparedAgent } from './prepare.ts'
import { checkResumption, type RunOrigin } from './resume.ts'
import { foldEvents, type RunState, type Step } from './state.ts'
import type { StopReason } from './stop.ts'

/** What may differ from run to run. */
export interface RunOptions<Context = unknown> {
  /** Aborting it ends the run: nothing is sent or dispatched any more, and its reason is thrown as it is. */
  readonly signal?: AbortSignal
  /** Reaches every tool as `ctx.context`. */
  readonly context?: Context
  /** What a stream's run does when the last reader of its events leaves early. @default 'abort' */
  readonly onLeave?: 'abort' | 'continue'
}

/** How a run ended. Plain JSON. */
export interface RunResult {
  /** The answer. */
  readonly text: string
  /** The whole conversation, without the agent's instructions: give it to `run` again to go on. */
  readonly messages: readonly Message[]
  readonly steps: readonly Step[]
  /** Of all requests that were answered. */
  readonly usage: Usage
  readonly stopReason: StopReason
  /** The calls that wait for a person's decision; empty unless `stopReason` is `suspended`. */
  readonly approvals: readonly PendingApproval[]
  readonly events: readonly RunEvent[]
}

/**
 * A run under way. It starts at once and goes on whether or not anybody reads; leaving the last reading of its events
 * early aborts it, unless `onLeave` says otherwise.
 */
export interface RunStream extends AsyncIterable<StreamEvent> {
  /** Settles when the run has ended. Never causes an unhandled rejection. */
  readonly result: Promise<RunResult>
  /** The answer, of the same kind. */
  readonly text: Promise<string>
  /**
   * The events, each with an id: from the beginning, or from after the one with this id. What was ephemeral and is past
   * is not repeated: a reply's text comes whole then, after a `reply-reset` where a part of it was seen. May be called
   * any number of times.
   * @throws DroverError `config.input` for an id that is none of this run's.
   */
  readonly entries: (afterId?: string) => AsyncIterable<LogEntry>
  /** Aborts the run as its signal would. */
  readonly abort: (reason?: unknown) => void
}

/** Starts a run, to be read while it goes on. */
export function startRun(agent: PreparedAgent, origin: RunOrigin, options: RunOptions): RunStream {
  const log = createEventLog(origin.past)
  const abort = new AbortController()
  let failure: { readonly error: unknown } | undefined
  // Not in this turn: who reads from the first moment on misses nothing.
  const result = Promise.resolve().then(() => execute(agent, origin, options, abort, log))
  // Whoever does not look at the result must not be punished with an unhandled rejection.
  result.then(log.close, (error: unknown) => {
    failure = { error }
    log.close()
  })
  const onLeave = (): void => {
    if (log.readers() > 0 || options.onLeave === 'continue') return
    abort.abort(new DOMException('The events of the run were not read to their end.', 'AbortError'))
  }

  const iterate = <Item>(
    afterId: string | undefined,
    toItem: (place: Place) => Item,
  ): AsyncIterator<Item> => {
    const reader = log.read(afterId)
    let isOver = false
    const give = (place: Place | undefined): IteratorResult<Item, undefined> => {
      if (place !== undefined) return { done: false, value: toItem(place) }
      reader.leave()
      if (failure === undefined || isOver) return END
      isOver = true
      throw failure.error
    }
    const finish = async (): Promise<IteratorResult<Item, undefined>> => give(undefined)
    return {
      next: () => {
        const place = reader.next()
        if (place instanceof Promise) return place.then(give)
        return place === undefined ? finish() : Promise.resolve(give(place))
      },
      return: async () => {
        isOver = true
        reader.leave()
        onLeave()
        return END
      },
    }
  }

  return {
    result,
    get text() {
      const text = result.then((done) => done.text)
      text.catch(() => {})
      return text
    },
    entries: (afterId) => ({
      [Symbol.asyncIterator]: () =>
        iterate(afterId, (place) => ({ id: idOf(place), event: place.event })),
    }),
    abort: (reason) => abort.abort(reason),
    [Symbol.asyncIterator]: () => iterate(undefined, ({ event }) => event),
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Runs to the end, with nobody to read on the way. @throws what the run throws. */
export async function drainRun(
  agent: PreparedAgent,
  origin: RunOrigin,
  options: RunOptions,
): Promise<RunResult> {
  const events: RunEvent[] = [...origin.past]
  const append = (event: StreamEvent): void => {
    if (isRunEvent(event)) events.push(event)
  }
  return execute(agent, origin, options, new AbortController(), { events, append })
}

/** What takes the events of a run, and paces it where there are readers. */
interface Sink {
  readonly events: readonly RunEvent[]
  readonly append: (event: StreamEvent) => void
  readonly room?: () => Promise<void> | undefined
}

async function execute(
  agent: PreparedAgent,
  origin: RunOrigin,
  { signal, context }: RunOptions,
  abort: AbortController,
  { events, append, room }: Sink,
): Promise<RunResult> {
  // One listener for each run, taken off at its end: a signal that many runs share stays as it was.
  const onAbort = (): void => abort.abort(signal?.reason)
  try {
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const past = foldEvents(origin.past)
    // It ended already: nothing is left to do.
    if (past.stopReason !== undefined && past.stopReason !== 'suspended') {
      return toResult(past, events)
    }
    await checkResumption(origin, agent.tools)
    const loop = { ...agent, origin, context, signal: abort.signal, append, room }
    return toResult(await runLoop(loop), events)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    // What a tool left under way stops.
    abort.abort()
  }
}

const toResult = (
  { text, messages, steps, usage, stopReason = 'error', approvals }: RunState,
  events: readonly RunEvent[],
): RunResult => ({ text, messages, steps, usage, stopReason, approvals, events })
