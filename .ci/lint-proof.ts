import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root, runCommand } from './run-command.ts'

// A lint rule that matches nothing looks like a clean code base. So each of ours is shown code it must report, and
// code beside it that it must leave alone, in a folder that is laid out like the workspace.

interface Case {
  /** Where the code stands; `*` becomes a name of its own. */
  readonly path: string
  readonly code: string
  /** The one rule that must report the file; `undefined` where the code is allowed. */
  readonly rule?: string
}

const IMPORTS = 'eslint(no-restricted-imports)'
const GLOBALS = 'eslint(no-restricted-globals)'
const PROPERTIES = 'eslint(no-restricted-properties)'

const use = (from: string): string => `import * as it from '${from}'\n\nexport const used = it\n`
const value = (expression: string): string => `export const value: unknown = ${expression}\n`
const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `export const line${index} = ${index}\n`).join('')

/** Each line: who imports, what, and whether the arrows allow it. */
const imports: readonly (readonly [from: string, to: string, allowed: boolean])[] = [
  ['core/src/run/*', '../wire/reply.ts', true],
  ['core/src/run/*', '../tool/tool.ts', true],
  ['core/src/run/*', '../message.ts', true],
  ['core/src/run/*', 'p-retry', true],
  ['core/src/run/*', '../index.ts', false],
  ['core/src/run/*', '../wire.ts', false],
  ['core/src/run/*', 'node:fs', false],
  ['core/src/run/*', 'node:fs/promises', false],
  ['core/src/run/*', 'zod', false],
  ['core/src/run/*', '@drover/rest', false],
  ['core/src/run/*', '../../../rest/src/index.ts', false],
  ['core/src/wire/*', '../tool/tool.ts', true],
  ['core/src/wire/*', '../errors.ts', true],
  ['core/src/wire/*', '../run/loop.ts', false],
  ['core/src/wire/*', '../testing.ts', false],
  ['core/src/wire/*', 'node:buffer', false],
  ['core/src/wire/*', 'zod/mini', false],
  ['core/src/wire/*', '@drover/emulator', false],
  ['core/src/tool/*', '../json.ts', true],
  ['core/src/tool/*', '../wire/reply.ts', false],
  ['core/src/tool/*', '../run/loop.ts', false],
  ['core/src/tool/*', 'zod', false],
  ['core/src/tool/*', 'zod-to-json-schema', false],
  ['core/src/*', './json.ts', true],
  ['core/src/*', './tool/tool.ts', false],
  ['core/src/*', './wire/reply.ts', false],
  ['core/src/*', './run/loop.ts', false],
  ['core/src/*', './index.ts', false],
  ['core/src/*', 'node:crypto', false],
  ['core/src/run/*', '../testing/scripted-backend.ts', false],
  ['core/src/wire/*', '../testing/scripted-backend.ts', false],
  ['core/src/testing/*', '../wire/backend.ts', true],
  ['core/src/testing/*', '../run/agent.ts', true],
  ['core/src/testing/*', '../index.ts', false],
  ['core/src/testing/*', 'node:assert', false],
  ['core/src/run/*', '../response/event-response.ts', false],
  ['core/src/wire/*', '../response/event-response.ts', false],
  ['core/src/response/*', '../run/event.ts', true],
  ['core/src/response/*', '../json.ts', true],
  ['core/src/response/*', '../index.ts', false],
  ['core/src/response/*', '../testing/fake-runtime.ts', false],
  ['core/src/response/*', 'node:stream', false],
  ['core/src/index', './run/agent.ts', true],
  ['core/src/index', 'zod', false],
  ['core/src/response', './response/event-response.ts', true],
  ['core/src/response', 'node:stream/web', false],
  ['core/src/testing', 'node:assert', false],
  ['core/src/wire', './wire/reply.ts', true],
  ['core/src/wire', '@drover/emulator', false],
  ['core/src/zod3', 'zod-to-json-schema', true],
  ['core/src/zod-mini', 'zod/mini', true],
  ['core/src/zod-mini', 'node:util', false],
  ['rest/src/*', '@drover/core', true],
  ['rest/src/*', '@drover/core/wire', true],
  ['rest/src/*', '@drover/core/src/errors.ts', false],
  ['rest/src/*', '@drover/emulator', false],
  ['rest/src/*', '@drover/binding', false],
  ['rest/src/*', '../../core/src/errors.ts', false],
  ['rest/src/*', 'node:https', false],
  ['binding/src/*', '@drover/core', true],
  ['binding/src/*', '@drover/rest', false],
  ['binding/src/*', 'node:util', false],
  ['emulator/src/*', 'node:http', true],
  ['emulator/src/*', '@cloudflare/cabidela', true],
  ['emulator/src/*', '@drover/core/wire', true],
  ['emulator/src/*', '@drover/rest', false],
  ['emulator/src/*', '@drover/core/src/json.ts', false],
  ['emulator/src/*', 'node:timers/promises', false],
  ['emulator/src/*', 'node:perf_hooks', false],
  ['core/test/tool/*', '@drover/rest', true],
  ['core/test/tool/*', '@drover/core/testing', true],
  ['core/test/tool/*', '../../src/tool/tool.ts', true],
  ['core/test/tool/*', '@drover/rest/src/rest.ts', false],
  ['core/test/tool/*', '../../../rest/src/rest.ts', false],
]

const src = 'packages/rest/src'
const cases: readonly Case[] = [
  ...imports.map(([from, to, allowed]) => ({
    path: `packages/${from}.ts`,
    code: use(to),
    ...(allowed ? {} : { rule: IMPORTS }),
  })),
  { path: `${src}/*.ts`, code: value('Date.now()'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: 'export const { now } = Date\n', rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('Math.random()'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('crypto.randomUUID()'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('AbortSignal.timeout(1)'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('setTimeout'), rule: GLOBALS },
  { path: `${src}/*.ts`, code: value('setInterval'), rule: GLOBALS },
  { path: `${src}/*.ts`, code: value('clearTimeout'), rule: GLOBALS },
  { path: `${src}/*.ts`, code: value('performance.now()'), rule: GLOBALS },
  { path: `${src}/*.ts`, code: value('fetch'), rule: GLOBALS },
  { path: `${src}/*.ts`, code: value('globalThis.fetch'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('globalThis.setTimeout'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('globalThis.crypto.randomUUID()'), rule: PROPERTIES },
  { path: `${src}/*.ts`, code: value('Math.floor(1.5)') },
  { path: `${src}/*.ts`, code: 'export const ask = (fetch: () => void): void => fetch()\n' },
  { path: 'packages/core/src/runtime.ts', code: value('[Date.now(), Math.random(), fetch]') },
  { path: 'packages/core/test/*.ts', code: value('Date.now()') },
  { path: `${src}/*.ts`, code: "console.log('x')\n", rule: 'eslint(no-console)' },
  { path: `${src}/*.ts`, code: value("eval('1')"), rule: 'eslint(no-eval)' },
  { path: `${src}/*.ts`, code: value("new Function('1')"), rule: 'typescript(no-implied-eval)' },
  { path: `${src}/*.ts`, code: lines(301), rule: 'eslint(max-lines)' },
  { path: `${src}/*.ts`, code: `${'// reason\n\n'.repeat(200)}${lines(300)}` },
  {
    path: `${src}/*.ts`,
    code: 'export const value: any = 1\n',
    rule: 'typescript(no-explicit-any)',
  },
  {
    path: `${src}/*.ts`,
    code: "import { It } from './it.ts'\n\nexport type That = It\n",
    rule: 'typescript(consistent-type-imports)',
  },
  ...['a', 'b'].map((name) => ({
    path: `${src}/cycle-${name}.ts`,
    code: use(`./cycle-${name === 'a' ? 'b' : 'a'}.ts`),
    rule: 'import(no-cycle)',
  })),
  {
    path: `${src}/*.ts`,
    code: 'export function start(): void {\n  Promise.reject(new Error())\n}\n',
    rule: 'typescript(no-floating-promises)',
  },
  { path: 'packages/core/test/*.test.ts', code: disabledTest(), rule: 'vitest(no-disabled-tests)' },
]

const problems: string[] = []
for (const { path, code, rule, reported } of await lintAll()) {
  const expected = rule === undefined ? [] : [rule]
  if (reported.join() === expected.join()) continue
  const said = reported.length === 0 ? 'nothing' : reported.join(', ')
  problems.push(`${path}: expected ${rule ?? 'nothing'}, got ${said}, for\n${code.slice(0, 200)}`)
}
for (const problem of problems) console.log(problem)
console.log(`${cases.length} pieces of code linted, ${problems.length} not as expected.`)
process.exitCode = problems.length === 0 ? 0 : 1

function disabledTest(): string {
  return "import { expect, test } from 'vitest'\n\ntest.skip('x', () => expect(1).toBe(1))\n"
}

interface LintedCase extends Case {
  /** The rules that reported the file, each once. */
  readonly reported: readonly string[]
}

/** Lints all cases, in as many rounds as one path has cases. */
async function lintAll(): Promise<readonly LintedCase[]> {
  const rounds: Map<string, Case>[] = []
  for (const [index, one] of cases.entries()) {
    const path = one.path.replace('*', `case-${index}`)
    let round = rounds.find((candidate) => !candidate.has(path))
    if (round === undefined) rounds.push((round = new Map()))
    round.set(path, one)
  }
  const linted: LintedCase[] = []
  for (const round of rounds) linted.push(...(await lint(round)))
  return linted
}

async function lint(files: ReadonlyMap<string, Case>): Promise<readonly LintedCase[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'drover-lint-'))
  try {
    await copyFile(join(root, '.oxlintrc.json'), join(cwd, '.oxlintrc.json'))
    const compilerOptions = { strict: true, module: 'nodenext', lib: ['es2023', 'dom'], types: [] }
    await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    for (const [path, { code }] of files) {
      await mkdir(dirname(join(cwd, path)), { recursive: true })
      await writeFile(join(cwd, path), code)
    }
    const { output } = await runCommand('oxlint --format json', { cwd })
    const report: { readonly diagnostics: readonly { filename: string; code: string }[] } =
      JSON.parse(output)
    return [...files].map(([path, one]) => {
      const found = report.diagnostics.filter((diagnostic) => diagnostic.filename === path)
      return { ...one, reported: [...new Set(found.map((diagnostic) => diagnostic.code))] }
    })
  } finally {
    await rm(cwd, { recursive: true })
  }
}
