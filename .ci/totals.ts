/** How many checks of something passed and failed. */
export interface Totals {
  readonly passed: number
  readonly failed: number
}

/** The line that every counting script here ends with, and `.ci/run` too: `12 passed, 0 failed`. */
export function totalsLine(totals: Totals): string {
  return `${totals.passed} passed, ${totals.failed} failed`
}

/**
 * The totals of a command: those of the last totals line in its output, otherwise the command counts as one check. A
 * command that failed has at least one failure, whatever it printed.
 */
export function totalsOf(ok: boolean, output: string): Totals {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)]
  const last = lines.at(-1)
  const passed = last ? Number(last[1]) : Number(ok)
  const failed = last ? Number(last[2]) : 0
  return { passed, failed: ok ? failed : Math.max(failed, 1) }
}
