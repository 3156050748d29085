import { createTextGate, type TextGateOptions } from '../../src/wire/text-gate.ts'

/** What a gate has let through after each piece, the first before any. */
export function gated(pieces: Iterable<string>, options: TextGateOptions): readonly string[] {
  const gate = createTextGate(options)
  const shown = ['']
  for (const piece of pieces) shown.push((shown.at(-1) ?? '') + gate.push(piece))
  return shown
}

/** A text in pieces of the given lengths, over and over. */
export function* inPieces(text: string, lengths: readonly number[]): Generator<string> {
  for (let at = 0, index = 0; at < text.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    yield text.slice(at, at + length)
    at += length
  }
}
