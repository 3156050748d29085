import type { Reporter, TestModule } from 'vitest/node'
import { totalsLine } from './totals.ts'

/** A vitest reporter that ends a run with one plain totals line. A file that cannot be loaded is a failure. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      passed += states.filter((state) => state === 'passed').length
      const failures = states.filter((state) => state === 'failed').length
      failed += failures === 0 && module.state() === 'failed' ? 1 : failures
    }
    process.stdout.write(`${totalsLine({ passed, failed })}\n`)
  }
}
