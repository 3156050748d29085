/** What a sticky or global pattern finds from a place of a text on; its `lastIndex` is then the end of it. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
