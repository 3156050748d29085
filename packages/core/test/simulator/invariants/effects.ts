import type { Invariant } from '../invariant.ts'

export const effectsKept: Invariant = {
  id: 'I6',
  says: 'A call is entered at most once for each time it was made; its key is its own, and never changes.',
  onEntry: ({ run }, { mark, key, toolName }) => {
    const { entries, calls } = run
    const before = entries.filter((entry) => entry.mark === mark)
    const made = calls.get(mark)?.replies.length ?? 0
    if (before.length >= made)
      return `\`${toolName}\` was entered ${before.length + 1} times for one call`
    const other = entries.find((entry) => entry.key === key)
    return other !== undefined && `${mark} has the idempotency key of ${other.mark}`
  },
}
