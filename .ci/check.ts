import { runCommand, seconds } from './run-command.ts'
import { totalsLine, totalsOf } from './totals.ts'

const HELP = `Checks the whole workspace, cheapest first, and stops at the first failure.

  pnpm check          format, lint, types, docs, unused code, packages, tests, examples
  pnpm check --ci     the same without stopping, tests and the main example through the
                      README's commands; ends with a line "N passed, N failed"
  pnpm check --help   this text

Each stage is one command, shown when it fails, and can be run on its own. Tests, examples and
package checks are counted one by one; each other stage counts as one.`

interface Stage {
  readonly name: string
  readonly command: string
}

const TEST_ARGUMENTS = '--reporter=default --reporter=./.ci/totals-reporter.ts'

const beforeTests: readonly Stage[] = [
  { name: 'format', command: 'oxfmt --check' },
  { name: 'lint', command: 'oxlint' },
  { name: 'lint rules', command: 'node .ci/lint-proof.ts' },
  { name: 'source words', command: 'node .ci/source-words.ts' },
  { name: 'types', command: 'tsc -b' },
  { name: 'docs', command: 'node .ci/docs-check.ts' },
  { name: 'unused code', command: 'knip --config .config/knip.jsonc' },
  { name: 'packages', command: 'node .ci/pack-check.ts' },
]
const examples: Stage = { name: 'examples', command: 'node .ci/examples.ts' }

const stages: Readonly<Record<'local' | 'ci', readonly Stage[]>> = {
  local: [...beforeTests, { name: 'tests', command: `vitest run ${TEST_ARGUMENTS}` }, examples],
  ci: [
    ...beforeTests,
    { name: 'tests', command: `npx -y pnpm@12 test ${TEST_ARGUMENTS}` },
    examples,
    { name: 'start', command: 'npx -y pnpm@12 start' },
  ],
}

const args = process.argv.slice(2)
const unknown = args.find((argument) => !['--ci', '--help', '-h'].includes(argument))
if (unknown !== undefined) {
  console.error(`Expected \`--ci\` or \`--help\`, got \`${unknown}\`.\n\n${HELP}`)
  process.exitCode = 2
} else if (args.includes('--help') || args.includes('-h')) {
  console.log(HELP)
} else {
  process.exitCode = (await check(args.includes('--ci'))) ? 0 : 1
}

/** Runs the stages in order; true when all passed. */
async function check(ci: boolean): Promise<boolean> {
  const started = performance.now()
  let passed = 0
  let failed = 0
  for (const { name, command } of stages[ci ? 'ci' : 'local']) {
    // A piped log has no use for a half line; a person at a terminal wants to see what is running.
    if (process.stdout.isTTY) process.stdout.write(`${name.padEnd(14)}…`)
    const result = await runCommand(command)
    const totals = totalsOf(result.ok, result.output)
    passed += totals.passed
    failed += totals.failed
    const verdict = result.ok ? 'ok    ' : 'FAILED'
    const count = totals.passed + totals.failed > 1 ? `   ${totalsLine(totals)}` : ''
    if (process.stdout.isTTY) process.stdout.write('\r')
    console.log(`${name.padEnd(14)}${verdict}${seconds(result.durationMs)}${count}`)
    if (result.ok) continue
    console.log(`\n$ ${command}\n${result.output.trimEnd()}\n`)
    if (!ci) return false
  }
  const ok = failed === 0
  if (ci) console.log(totalsLine({ passed, failed }))
  else console.log(`\nAll of it passed in ${seconds(performance.now() - started).trim()}.`)
  return ok
}
