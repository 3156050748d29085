/**
 * The candidate most like `word`, or undefined when none is near: a typing slip or another spelling of the same name.
 * Foreign words are cut to 200 characters, so the cost is bounded.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = foldName(word)
  let best: string | undefined
  let within = Math.floor(Math.max(3, wanted.length * 0.4 + 1))
  for (const candidate of candidates) {
    const folded = foldName(candidate)
    // The distance is at least that of the lengths.
    if (Math.abs(wanted.length - folded.length) >= within) continue
    const distance = editDistance(wanted, folded)
    if (distance < within) {
      within = distance
      best = candidate
    }
  }
  return best
}

/** A name without what says nothing about which one was meant: case, `-`, `_`, `.` and space. */
export function foldName(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replace(/[-_.\s]/g, '')
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
