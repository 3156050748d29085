import type { HttpAnswer } from './cassette.ts'
import { toBodyChunks } from './recorded-body.ts'

/** Answers with what was recorded. `pause` waits before the chunk of that number, counted from 1. */
export function toResponse(
  { status, headers, body }: HttpAnswer,
  pause: (index: number) => Promise<void> | undefined,
  signal: AbortSignal | undefined,
): Response {
  // A Response of these may have no body.
  if (status === 204 || status === 205 || status === 304)
    return new Response(null, { status, headers })
  const chunks = toBodyChunks(body)
  const ending = 'chunks' in body ? body.ending : 'end'
  let next = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => whenAborted(signal, (reason) => controller.error(reason)),
      pull: async (controller) => {
        const chunk = chunks[next++]
        await pause(next)
        if (chunk !== undefined) return controller.enqueue(chunk)
        if (ending === 'end') return controller.close()
        if (ending !== 'left') return controller.error(new TypeError(ending.failure))
        // As it was recorded, it goes on until its reader leaves.
        return new Promise<void>(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, { status, headers })
}

/** Calls at once, or when the signal aborts. */
export function whenAborted(
  signal: AbortSignal | undefined,
  then: (reason: unknown) => void,
): void {
  if (signal?.aborted) then(signal.reason)
  signal?.addEventListener('abort', () => then(signal.reason), { once: true })
}
