import type { StreamFault } from '@drover/emulator'
import type { FaultKind } from './fault-kinds.ts'
import type { Random } from './random.ts'

const SHAPES = ['errors', 'error-object', 'error-text', 'internal-code', 'named-event'] as const

/** What goes wrong with the bytes of a stream; undefined where it is something else that does. */
export function toStreamFault(fault: FaultKind<'stream'>, random: Random): StreamFault | undefined {
  const afterFrames = random.int(0, 6)
  switch (fault) {
    case 'silent-stream':
      return { type: 'silent', afterFrames }
    case 'cut-stream':
      return random.chance(0.5)
        ? { type: 'cut', afterFrames }
        : { type: 'cut', afterBytes: random.int(1, 400) }
    case 'early-end':
      return { type: 'ended-early', afterFrames }
    case 'malformed-event':
      return { type: 'malformed', afterFrames }
    case 'error-event':
    case 'error-event-then-done':
      return {
        type: 'error-event',
        afterFrames,
        shape: random.pick(SHAPES),
        code: random.pick([3040, 3007, 8005, 5006, 3036]),
        followedByDone: fault === 'error-event-then-done',
      }
    case 'event-after-done':
      return { type: 'after-done' }
    case 'page-as-stream':
      return { type: 'html' }
    case 'json-as-stream':
    case 'unasked-stream':
    case 'slow-stream':
      return undefined
  }
}
