import type { SeededRandom } from './seeded-random.ts'
import { integerFrom } from './seeded-random.ts'
import type { StreamChunks } from './streaming-options.ts'

/** The bytes of the frames, cut where `chunks` says. */
export function toChunks(
  frames: Iterable<string>,
  chunks: StreamChunks,
  random: SeededRandom,
): Generator<Uint8Array> {
  switch (chunks) {
    case 'frame':
      return byFrames(frames, () => 1)
    case 'frames':
      return byFrames(frames, () => integerFrom(random, 2, 5))
    case 'whole':
      return byFrames(frames, () => Number.POSITIVE_INFINITY)
    case 'byte':
      return byBytes(frames, () => 1)
    case 'random':
      return byBytes(frames, () => integerFrom(random, 1, 64))
  }
}

/** The chunks up to so many bytes. */
export function* upToBytes(chunks: Iterable<Uint8Array>, bytes: number): Generator<Uint8Array> {
  let left = bytes
  for (const chunk of chunks) {
    if (left > 0) yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

function* byFrames(frames: Iterable<string>, nextCount: () => number): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let waiting: string[] = []
  let count = nextCount()
  for (const frame of frames) {
    waiting.push(frame)
    if (waiting.length < count) continue
    yield encoder.encode(waiting.join(''))
    waiting = []
    count = nextCount()
  }
  if (waiting.length > 0) yield encoder.encode(waiting.join(''))
}

function* byBytes(frames: Iterable<string>, nextLength: () => number): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let chunk = new Uint8Array(nextLength())
  let filled = 0
  for (const frame of frames) {
    let bytes = encoder.encode(frame)
    while (bytes.length > 0) {
      const taken = bytes.subarray(0, chunk.length - filled)
      chunk.set(taken, filled)
      filled += taken.length
      bytes = bytes.subarray(taken.length)
      if (filled < chunk.length) continue
      yield chunk
      chunk = new Uint8Array(nextLength())
      filled = 0
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}
