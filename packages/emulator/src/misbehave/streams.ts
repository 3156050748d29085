import { integerFrom } from '../streaming/seeded-random.ts'
import type { ErrorEventShape } from '../streaming/stream-fault.ts'
import type { StreamingOptions } from '../streaming/streaming-options.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'

/** What goes wrong with event streams, or is unusual about them; nothing where no stream was asked for. */
export type StreamName =
  | 'stream-cut'
  | 'stream-ended-early'
  | 'stream-silent'
  | 'stream-malformed'
  | 'stream-error'
  | 'after-done'
  | 'json-for-stream'
  | 'split-bytes'
  | 'joined-frames'
  | 'crlf'
  | 'cr'
  | 'byte-order-mark'
  | 'comments'
  | 'event-fields'
  | 'data-lines'
  | 'no-space'
  | 'bare-done'
  | 'frames-without-text'
  | 'numbers-in-frames'

const SHAPES = [
  'errors',
  'error-object',
  'error-text',
  'internal-code',
  'named-event',
] as const satisfies readonly ErrorEventShape[]

export const streamFaults: Misbehaviours<StreamName> = {
  'stream-cut': streamed('the connection breaks after some frames', ({ random }) => ({
    fault: { type: 'cut', afterFrames: integerFrom(random, 0, 3) },
  })),
  'stream-ended-early': streamed('ends cleanly after some frames, no `[DONE]`', ({ random }) => ({
    fault: { type: 'ended-early', afterFrames: integerFrom(random, 0, 3) },
  })),
  'stream-silent': streamed('goes silent after some frames', ({ random }) => ({
    fault: { type: 'silent', afterFrames: integerFrom(random, 0, 3) },
  })),
  'stream-malformed': streamed('a frame is half its JSON', ({ random }) => ({
    fault: { type: 'malformed', afterFrames: integerFrom(random, 0, 2) },
  })),
  'stream-error': streamed('a frame is an error (3040), in any of its shapes', ({ random }) => ({
    fault: {
      type: 'error-event',
      afterFrames: integerFrom(random, 0, 3),
      shape: oneOf(random, SHAPES),
      followedByDone: random() < 0.5,
    },
  })),
  'after-done': streamed('a frame of text follows `[DONE]`', () => ({
    fault: { type: 'after-done' },
  })),
  'json-for-stream': streamed('the whole answer as JSON', () => ({ variant: 'json' })),
  'split-bytes': streamed('bytes come one by one', () => ({ chunks: 'byte' })),
  'joined-frames': streamed('several frames come at once', () => ({ chunks: 'frames' })),
  crlf: streamed('lines end in CR LF', () => ({ lineEnds: 'crlf' })),
  cr: streamed('lines end in CR', () => ({ lineEnds: 'cr' })),
  'byte-order-mark': streamed('a byte order mark comes first', () => ({
    quirks: ['byte-order-mark'],
  })),
  comments: streamed('comments (heartbeats) between frames', () => ({ quirks: ['comments'] })),
  'event-fields': streamed('frames also have `event:`, `id:`, `retry:`', () => ({
    quirks: ['fields'],
  })),
  'data-lines': streamed('a frame’s JSON stands in two `data:` lines', () => ({
    quirks: ['data-lines'],
  })),
  'no-space': streamed('no space after `data:`', () => ({ quirks: ['no-space'] })),
  'bare-done': streamed('`[DONE]` without `data:`', () => ({ quirks: ['bare-done'] })),
  'frames-without-text': native('some frames have no `response`', 'native-gaps'),
  'numbers-in-frames': native('text that is a number comes as one', 'native-numbers'),
}

function streamed(what: string, options: (struck: Struck) => StreamingOptions): Misbehaviour {
  return { what: `stream: ${what}`, streaming: options }
}

/** What only models without `choices` do; the others stream as ever. */
function native(what: string, variant: 'native-gaps' | 'native-numbers'): Misbehaviour {
  return streamed(what, ({ dialect }) => (dialect === 'chat' ? {} : { variant }))
}
