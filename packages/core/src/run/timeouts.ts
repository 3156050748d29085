import { defined } from '../defined.ts'
import { checkOption, timerMs } from '../option.ts'
import type { RequestTimeouts } from './request-watch.ts'

/** How long a run and its parts may take, each from 1 to 2,147,483,647 milliseconds. */
export interface RunTimeouts extends RequestTimeouts {
  /** A tool call whose tool sets no `timeoutMs` of its own. @default 30_000 */
  readonly toolMs: number
  /**
   * The whole run. The last quarter of it, at most 20 seconds, is kept for the closing call; what is under way when that
   * begins is cut. There is no limit unless set.
   */
  readonly runMs?: number
}

/** @throws DroverError `config.invalid` for a limit that no timer can keep. */
export function readTimeouts(given: Partial<RunTimeouts> = {}): RunTimeouts {
  const read = <Otherwise extends number | undefined>(
    name: keyof RunTimeouts,
    otherwise: Otherwise,
  ): number | Otherwise => {
    checkOption(`timeouts.${name}`, given[name], timerMs)
    return given[name] ?? otherwise
  }
  return {
    firstByteMs: read('firstByteMs', 60_000),
    silenceMs: read('silenceMs', 30_000),
    requestMs: read('requestMs', 300_000),
    toolMs: read('toolMs', 30_000),
    ...defined({ runMs: read('runMs', undefined) }),
  }
}
