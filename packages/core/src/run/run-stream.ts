import { checkOption } from '../option.ts'
import type { Message } from '../message.ts'
import { checkToolChoice, type ToolChoice } from '../wire/tool-choice.ts'
import type { Usage } from '../wire/usage.ts'
import type { PendingApproval } from './approval.ts'
import type { RunEnd } from './end-of-run.ts'
import { isRunEvent, type RunEvent, type StreamEvent } from './event.ts'
import { createEventLog, idOf, type LogEntry, type Place } from './event-log.ts'
import { runLoop } from './loop.ts'
import type { PreparedAgent } from './prepare.ts'
import { checkResumption, type RunOrigin } from './resume.ts'
import { foldEvents, type Step } from './state.ts'
import type { StopReason } from './stop.ts'

/** What may differ from run to run. */
export interface RunOptions<Context = unknown> {
  /** Aborting it ends the run: nothing is sent or dispatched any more, and its reason is thrown as it is. */
  readonly signal?: AbortSignal
  /** Reaches every tool as `ctx.context`. */
  readonly context?: Context
  /** In place of the agent's. */
  readonly toolChoice?: ToolChoice
  /** What a stream's run does when the last reader of its events leaves early. @default 'abort' */
  readonly onLeave?: 'abort' | 'continue'
}

/** How a run ended. Plain JSON, as far as the `output` schema makes such. */
export interface RunResult<Output = unknown> {
  /** The answer; the JSON text of the output, where one is wanted. */
  readonly text: string
  /** What the schema made of the answer. `undefined` where the agent has no `output`, and while the run is suspended. */
  readonly output: Output
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
export interface RunStream<Output = unknown> extends AsyncIterable<StreamEvent> {
  /** Settles when the run has ended. Never causes an unhandled rejection. */
  readonly result: Promise<RunResult<Output>>
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

/**
 * Starts a run, to be read while it goes on.
 * @throws DroverError `config.invalid` for an `onLeave` that is none.
 */
export function startRun(agent: PreparedAgent, origin: RunOrigin, options: RunOptions): RunStream {
  checkOption('onLeave', options.onLeave, ['abort', 'continue'])
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
  { signal, context, toolChoice = agent.toolChoice }: RunOptions,
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
      const parsed = past.output !== undefined && (await agent.output?.parseInput(past.output))
      return toResult(
        { state: past, output: parsed && parsed.ok ? parsed.value : undefined },
        events,
      )
    }
    checkToolChoice(toolChoice, agent.ownTools)
    await checkResumption(origin, agent.tools)
    const loop = { ...agent, origin, toolChoice, context, signal: abort.signal, append, room }
    return toResult(await runLoop(loop), events)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    // What a tool left under way stops.
    abort.abort()
  }
}

const toResult = ({ state, output }: RunEnd, events: readonly RunEvent[]): RunResult => {
  const { text, messages, steps, usage, stopReason = 'error', approvals } = state
  return { text, output, messages, steps, usage, stopReason, approvals, events }
}
