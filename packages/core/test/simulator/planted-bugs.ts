/** A change to core's source that makes it wrong. */
export interface PlantedBug {
  /** What core does then. */
  readonly name: string
  /** In core's `src`. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** Mistakes of the kind that are made, each where the real code would have it. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'ignores Retry-After',
    file: 'run/retry.ts',
    find: 'const asked = failure.error.retryAfterMs',
    replace: 'const asked = undefined as number | undefined',
  },
]
