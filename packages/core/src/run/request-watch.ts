import type { Runtime } from '../runtime.ts'

/** How long a model request may take, each from 1 to 2,147,483,647 milliseconds. */
export interface RequestTimeouts {
  /** Until the first byte of a stream. @default 60_000 */
  readonly firstByteMs: number
  /** Between two chunks of a stream. @default 30_000 */
  readonly silenceMs: number
  /** From the request to the last byte of its answer, streamed or not. @default 300_000 */
  readonly requestMs: number
}

/** Once a reply is whole, what may still come (its usage, the end mark) is waited for so long. */
const AFTERMATH_MS = 2000

/** Watches one request: aborts it when it keeps silent, takes too long, or the run is aborted. */
export interface RequestWatch {
  /** Of this request alone. */
  readonly signal: AbortSignal
  /** The limit that was reached, in words. */
  readonly exceeded: () => string | undefined
  /** Something came. */
  readonly touch: () => void
  /** The reply is whole: little is waited for. */
  readonly hurry: () => void
  /** While this is under way, nothing is expected to come. */
  readonly pause: (waiting: Promise<void>) => Promise<void>
  readonly stop: () => void
}

/** What is to be watched. */
export interface WatchOptions {
  readonly runtime: Runtime
  readonly signal: AbortSignal
  readonly timeouts: RequestTimeouts
  /** A whole answer is only sent when it is finished: until then, silence says nothing. */
  readonly isStreamed: boolean
}

/** Starts to watch; `stop` must be called when the request is over. */
export function watchRequest({
  runtime,
  signal,
  timeouts,
  isStreamed,
}: WatchOptions): RequestWatch {
  const controller = new AbortController()
  let totalLeft = timeouts.requestMs
  let allowed = isStreamed ? timeouts.firstByteMs : timeouts.requestMs
  let lastSign = runtime.now()
  let isFresh = true
  let isPaused = false
  let hasBegun = false
  let exceeded: string | undefined
  let cancel = (): void => {}

  // One timer for all limits: what arrives only notes the time, and the timer looks at it when it fires.
  const arm = (): void => {
    const quiet = Math.max(1, Math.min(allowed, allowed - (runtime.now() - lastSign)))
    const ms = Math.min(totalLeft, quiet)
    isFresh = false
    cancel = runtime.setTimer(() => fire(ms), ms, 'limit')
  }
  const fire = (ms: number): void => {
    // What timers say counts, not the clock: it may be set back meanwhile.
    totalLeft -= ms
    if (totalLeft > 0 && (isFresh || isPaused)) return arm()
    exceeded =
      totalLeft > 0
        ? `Workers AI sent nothing for ${allowed} ms`
        : `The request took longer than ${timeouts.requestMs} ms`
    controller.abort()
  }
  const allow = (ms: number): void => {
    allowed = ms
    cancel()
    arm()
  }
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  arm()

  return {
    signal: controller.signal,
    exceeded: () => exceeded,
    touch: () => {
      isFresh = true
      lastSign = runtime.now()
      if (hasBegun) return
      hasBegun = true
      allow(timeouts.silenceMs)
    },
    hurry: () => {
      if (allowed !== AFTERMATH_MS) allow(AFTERMATH_MS)
    },
    pause: async (waiting) => {
      isPaused = true
      try {
        await waiting
      } finally {
        isPaused = false
        isFresh = true
        lastSign = runtime.now()
      }
    },
    stop: () => {
      cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
