/**
 * Everything that differs from run to run: time, chance, timers, ids, the network. Handed in, so that a test or a
 * simulator owns all of it. This file is the only one in the packages that touches the globals (lint holds it).
 */
export interface Runtime {
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /**
   * Calls back once after `ms` milliseconds (0 to 2,147,483,647); the returned function cancels. A `limit` guards
   * something under way and is cancelled when that is done; a `wait` is all that its caller waits for.
   */
  readonly setTimer: (callback: () => void, ms: number, purpose?: 'limit' | 'wait') => () => void
  /** A new id: 1 to 64 letters, digits and `-`. */
  readonly createId: () => string
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>
}

/** The real clock, random numbers, timers, ids and `fetch` of the platform. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (callback, ms) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  createId: () => crypto.randomUUID(),
  // Looked up at each call: people replace `globalThis.fetch` in tests and instrumentation.
  fetch: (input, init) => globalThis.fetch(input, init),
}

/** The same runtime, but its clock never goes back: where the machine's is set back, or behind `from`, it stands still until then. */
export function steadyRuntime(runtime: Runtime, from: number = -Infinity): Runtime {
  let latest = from
  return {
    now: () => (latest = Math.max(latest, runtime.now())),
    random: () => runtime.random(),
    setTimer: (callback, ms, purpose) => runtime.setTimer(callback, ms, purpose),
    createId: () => runtime.createId(),
    fetch: (input, init) => runtime.fetch(input, init),
  }
}

/** SHA-256 of a text's UTF-8 bytes, in hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Waits `ms` milliseconds on the runtime's timer.
 * @throws `signal.reason` as it is, at once, when the signal aborts.
 */
export function wait(runtime: Runtime, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    let cancel = (): void => {}
    const onAbort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    // First: a runtime may call back, or abort the signal, before it gives the timer.
    signal?.addEventListener('abort', onAbort, { once: true })
    cancel = runtime.setTimer(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
  })
}
