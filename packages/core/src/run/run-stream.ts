import type { Message } from '../message.ts'
import type { Usage } from '../wire/usage.ts'
import type { RunEvent } from './event.ts'
import { runLoop } from './loop.ts'
import type { PreparedAgent } from './prepare.ts'
import type { RunState, Step } from './state.ts'
import type { StopReason } from './stop.ts'

/** What may differ from run to run. */
export interface RunOptions<Context = unknown> {
  /** Aborting it ends the run: nothing is sent or dispatched any more, and its reason is thrown as it is. */
  readonly signal?: AbortSignal
  /** Reaches every tool as `ctx.context`. */
  readonly context?: Context
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
  readonly events: readonly RunEvent[]
}

/** A run's events as they happen. Leaving the iteration early aborts the run. It can be read once. */
export interface RunStream extends AsyncIterable<RunEvent> {
  /** Settles when the events were read to their end. Never causes an unhandled rejection. */
  readonly result: Promise<RunResult>
}

/** Starts a run; nothing happens until its events are read. */
export function startRun(
  agent: PreparedAgent,
  messages: readonly Message[],
  options: RunOptions,
): RunStream {
  const { promise: result, resolve, reject } = promiseWithResolvers<RunResult>()
  // Whoever does not look at the result must not be punished with an unhandled rejection.
  result.catch(() => {})
  const abort = new AbortController()
  const events = readRun(agent, messages, options, abort, resolve, reject)
  const iterator: AsyncIterator<RunEvent> = {
    next: () => events.next(),
    return: () => {
      // A generator hears of it only when the event under way has come, and not at all before its first.
      abort.abort()
      reject(new DOMException('The events of the run were not read to their end.', 'AbortError'))
      return events.return()
    },
  }
  return { result, [Symbol.asyncIterator]: () => iterator }
}

/** Reads a run to its end. @throws what the run throws. */
export async function drainRun(run: RunStream): Promise<RunResult> {
  const events = run[Symbol.asyncIterator]()
  while ((await events.next()).done !== true);
  return run.result
}

async function* readRun(
  agent: PreparedAgent,
  messages: readonly Message[],
  { signal, context }: RunOptions,
  abort: AbortController,
  resolve: (result: RunResult) => void,
  reject: (reason: unknown) => void,
): AsyncGenerator<RunEvent, void, undefined> {
  // One listener for each run, taken off at its end: a signal that many runs share stays as it was.
  const onAbort = (): void => abort.abort(signal?.reason)
  const events: RunEvent[] = []
  try {
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const loop = runLoop({ ...agent, messages, context, signal: abort.signal })
    for (let next = await loop.next(); ; next = await loop.next()) {
      if (next.done) return resolve(toResult(next.value, events))
      events.push(next.value)
      yield next.value
    }
  } catch (error) {
    reject(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
    // What a tool left under way stops.
    abort.abort()
  }
}

const toResult = (
  { text, messages, steps, usage, stopReason = 'error' }: RunState,
  events: readonly RunEvent[],
): RunResult => ({ text, messages, steps, usage, stopReason, events })

function promiseWithResolvers<Value>(): {
  promise: Promise<Value>
  resolve: (value: Value) => void
  reject: (reason: unknown) => void
} {
  // Set before the constructor returns.
  let resolve!: (value: Value) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<Value>((onValue, onReason) => {
    resolve = onValue
    reject = onReason
  })
  return { promise, resolve, reject }
}
