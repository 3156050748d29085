import type { Facts } from './facts.ts'
import type { Mentions } from './mentions.ts'

/** What arguments may be taken from. One for each call: what an argument took, the next one leaves alone. */
export interface Evidence {
  /** The part of the question a call is for. */
  readonly mentions: Mentions
  readonly facts: Facts
  readonly toolName: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly taken: Set<string>
}

/** The first candidate nothing took yet; takes it. */
export function take(evidence: Evidence, candidates: readonly string[]): string | undefined {
  const free = candidates.find((candidate) => !evidence.taken.has(candidate))
  if (free !== undefined) evidence.taken.add(free)
  return free
}
