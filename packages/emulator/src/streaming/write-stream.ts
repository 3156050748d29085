import type { Runtime } from '@drover/core'
import type { ServerResponse } from 'node:http'
import type { LiveStream } from './live-stream.ts'
import type { RenderedStream } from './render-stream.ts'

/**
 * Writes a body no faster than it is read, and ends it as it is meant to end. Gives false when the connection was gone
 * first; the chunks are then released, and no timer is left.
 */
export async function writeStream(
  response: ServerResponse,
  { chunks, ending, delayMs }: RenderedStream | LiveStream,
  runtime: Runtime,
): Promise<boolean> {
  for await (const chunk of chunks) {
    if (delayMs > 0) await delay(response, delayMs, runtime)
    if (response.destroyed) return false
    if (!response.write(chunk)) await settled(response, 'drain')
  }
  if (ending === 'open') await settled(response)
  if (response.destroyed) return false
  if (ending === 'end') response.end()
  // Once what was written has left: destroying drops the rest.
  else response.write('', () => response.destroy())
  return true
}

/** Resolves at the event, or when the connection is gone. */
function settled(response: ServerResponse, event?: 'drain'): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve()
    const done = (): void => {
      response.off('close', done)
      if (event !== undefined) response.off(event, done)
      resolve()
    }
    response.on('close', done)
    if (event !== undefined) response.on(event, done)
  })
}

function delay(response: ServerResponse, ms: number, runtime: Runtime): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve()
    let cancel = (): void => {}
    const done = (): void => {
      response.off('close', done)
      cancel()
      resolve()
    }
    response.on('close', done)
    cancel = runtime.setTimer(done, ms)
  })
}
