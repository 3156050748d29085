import type { StreamFrame } from './frame-text.ts'
import type { ReplyFrame } from './reply-frames.ts'
import type { SeededRandom } from './seeded-random.ts'
import { integerFrom } from './seeded-random.ts'
import type { VariantTraits } from './stream-variant.ts'

// Captures of older and newer backends; the second lacks some letters.
const OLDER = 'abcdefghijklmnopqrstuvwxyz0123456789'
const NEWER = 'abdefghijklmnoprstuvxyz1234567890'

/**
 * The frames as JSON text with `p`, padding of random length by which the service keeps sizes from telling tokens. The
 * frames that close a stream have none.
 */
export function* padded(
  frames: Iterable<ReplyFrame>,
  { envelope, backend }: VariantTraits,
  random: SeededRandom,
): Generator<StreamFrame> {
  const alphabet = envelope === 'chat' || backend === 'newer' ? NEWER : OLDER
  for (const { body, closing } of frames) {
    const p = alphabet.slice(0, integerFrom(random, 1, alphabet.length))
    yield { data: JSON.stringify(closing ? body : { ...body, p }) }
  }
}
