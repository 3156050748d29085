/**
 * The promise's value, or the signal's reason as soon as it aborts. Whatever the promise does later is swallowed; the
 * listener is taken off as soon as either happens.
 */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    // It may have aborted while the promise was being made, before anybody listened.
    if (signal.aborted) onAbort()
  })
}
