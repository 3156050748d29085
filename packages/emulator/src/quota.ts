import { DroverError } from '@drover/core'
import type { ErrorReply } from './model-source.ts'

/** How much an account may use in a day. */
export interface QuotaOptions {
  /** Neurons a day, 0 or more; the service's free plan has 10,000. */
  readonly neurons: number
  /** What is answered once they are used up: the code that is seen live, or the one that is documented. @default 4006 */
  readonly code?: 4006 | 3036
}

/** Counts what is used. */
export interface Quota {
  /** The error while today's neurons are used up. */
  readonly refusal: () => ErrorReply['error'] | undefined
  readonly charge: (neurons: number) => void
}

const DAY_MS = 86_400_000

/**
 * A quota that begins anew at 00:00 UTC. As at the service the inference that goes beyond it is still answered, and the
 * next one is not.
 */
export function createQuota(options: QuotaOptions | undefined, now: () => number): Quota {
  if (options === undefined) return { refusal: () => undefined, charge: () => {} }
  const { neurons, code = 4006 } = options
  let day = 0
  let used = 0
  const usedToday = (): number => {
    const today = Math.floor(now() / DAY_MS)
    if (today !== day) used = 0
    day = today
    return used
  }
  return {
    refusal: () => (usedToday() >= neurons ? { code } : undefined),
    charge: (more) => {
      used = usedToday() + more
    },
  }
}

/** @throws {DroverError} `config.invalid` when a quota is not what it may be. */
export function checkQuota({ neurons, code }: QuotaOptions): void {
  if (!Number.isFinite(neurons) || neurons < 0) {
    throw new DroverError(
      'config.invalid',
      `Expected \`quota.neurons\` to be 0 or more, got ${String(neurons)}.`,
    )
  }
  if (code !== undefined && ![4006, 3036].includes(code)) {
    throw new DroverError(
      'config.invalid',
      `Expected \`quota.code\` to be 4006 or 3036, got ${JSON.stringify(code)}.`,
    )
  }
}
