import type { JsonValue } from '@drover/core'
import { toErrorBody } from '../envelope.ts'
import type { ServiceError } from '../service-error.ts'
import { toServiceError } from '../service-error.ts'
import type { StreamFrame } from './frame-text.ts'
import { DONE } from './frame-text.ts'
import type { ErrorEventShape, StreamFault } from './stream-fault.ts'

/** What becomes of the connection after the last chunk: it ends as it should, breaks, or stays open and silent. */
export type StreamEnding = 'end' | 'cut' | 'open'

const AFTER_FRAMES = 1
const CAPACITY = 3040

export function endingOf(fault: StreamFault | undefined): StreamEnding {
  if (fault?.type === 'cut') return 'cut'
  return fault?.type === 'silent' ? 'open' : 'end'
}

/** The frames as a fault leaves them. `requestId` stands in the errors that carry one. */
export function* applyFault(
  frames: Iterable<StreamFrame>,
  fault: StreamFault,
  requestId: string,
): Generator<StreamFrame> {
  const strikes = framesBefore(fault)
  let count = 0
  for (const frame of frames) {
    const here = count === strikes || (count < strikes && frame.data === DONE)
    count++
    if (here && fault.type === 'malformed') {
      yield { data: frame.data.slice(0, Math.ceil(frame.data.length / 2)) }
      if (frame.data === DONE) yield frame
    } else if (here && fault.type === 'error-event') {
      const { shape = 'errors', code = CAPACITY, message } = fault
      const error = toServiceError({ code, ...(message === undefined ? {} : { message }) })
      yield toErrorFrame(shape, error, requestId)
      if (fault.followedByDone) yield { data: DONE }
      return
    } else if (here) return
    else yield frame
  }
  if (fault.type === 'after-done') yield { data: JSON.stringify({ response: 'too late' }) }
}

/** -1 for a fault that strikes no frame: bytes are counted later, and a page has no frames. */
function framesBefore(fault: StreamFault): number {
  if (fault.type === 'html' || fault.type === 'after-done') return -1
  if (fault.type === 'cut' && fault.afterBytes !== undefined) return -1
  return fault.afterFrames ?? AFTER_FRAMES
}

/** An error as an event, in one of the shapes. */
export function toErrorFrame(
  shape: ErrorEventShape,
  error: ServiceError,
  requestId: string,
): StreamFrame {
  const { code, description } = error
  const message = `AiError: ${description}`
  switch (shape) {
    case 'errors':
      return toFrame(toErrorBody('rest', error, requestId))
    case 'error-object':
      return toFrame({ error: { message, code } })
    case 'error-text':
      return toFrame({ error: `AiError: ${code}: ${description}` })
    case 'internal-code':
      return toFrame(toErrorBody('binding', error, requestId))
    case 'named-event':
      return { ...toFrame({ code, message }), event: 'error' }
  }
}

function toFrame(value: JsonValue): StreamFrame {
  return { data: JSON.stringify(value) }
}
