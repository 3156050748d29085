/** Chance that repeats: the same seed and purpose give the same numbers, from 0 up to, not including, 1. */
export type SeededRandom = () => number

/**
 * Makes one of the generators of a seed. Each purpose has its own, so that what one draws never moves another:
 * padding stays the same however the bytes are cut. Both are integers from 0 to 4,294,967,295.
 */
export function createSeededRandom(seed: number, purpose: number): SeededRandom {
  // A Weyl sequence through a mixer of multiplications and shifts: even enough for padding, and eight lines.
  let state = Math.imul(seed ^ Math.imul(purpose + 1, 0x85eb_ca6b), 0xc2b2_ae35)
  return () => {
    state = (state + 0x9e37_79b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
  }
}

/** An integer from `min` to `max`, both included. */
export function integerFrom(random: SeededRandom, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1))
}

/** 32 hexadecimal digits, as the service's ids have them. */
export function idFrom(random: SeededRandom): string {
  return Array.from({ length: 32 }, () => integerFrom(random, 0, 15).toString(16)).join('')
}
