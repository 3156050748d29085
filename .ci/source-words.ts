import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { root } from './run-command.ts'

// What the linter has no rule for: words that may stand in some folders only, and file names.

interface WordRule {
  readonly name: string
  readonly pattern: RegExp
  /** Lines the pattern must match, and lines it must not: a rule that matches nothing looks like a clean code base. */
  readonly proof: { readonly wrong: readonly string[]; readonly right: readonly string[] }
  /** Paths the rule looks at. */
  readonly where: RegExp
  /** Paths where the word is at home. */
  readonly except?: RegExp
}

const source = /^packages\/[^/]+\/src\//
const code = /^(packages|examples)\//

const wordRules: readonly WordRule[] = [
  {
    name: 'the words of the wire stand in core/src/wire and the emulator only',
    pattern: /\b(tool_calls?|tool_call_id|finish_reason|prompt_tokens|completion_tokens)\b/,
    proof: { wrong: ['reply.tool_calls', '{ tool_call_id: id }'], right: ['reply.toolCalls'] },
    where: source,
    except: /^packages\/(core\/src\/wire\/|emulator\/)/,
  },
  {
    name: 'time comes from the injected Runtime: no `new Date()` without an argument, no `Date()`',
    pattern: /\bnew Date(\(\)|(?![\w(]))|(?<!new |[\w.])Date\(/,
    proof: {
      wrong: ['new Date()', 'return Date()', 'const now = new Date'],
      right: ['new Date(text)', 'toDate(text)', 'new DateRange()', 'x instanceof Date'],
    },
    where: source,
    except: /^packages\/core\/src\/runtime\.ts$/,
  },
  {
    name: 'no dynamic import where web standards are all there is',
    pattern: /\bimport\(/,
    proof: { wrong: ["await import('node:fs')"], right: ["import { a } from './a.ts'"] },
    where: /^packages\/(core|rest|binding)\/src\//,
  },
  {
    name: 'no cast through `unknown`',
    pattern: /\bas unknown as\b/,
    proof: { wrong: ['x as unknown as Y'], right: ['x as unknown', 'x as Y'] },
    where: source,
  },
  {
    name: 'no suppressed type error',
    pattern: /@ts-(ignore|nocheck|expect-error)/,
    proof: { wrong: ['// @ts-ignore', '// @ts-expect-error'], right: ['// as ts says'] },
    where: source,
  },
  {
    name: 'nothing left to do',
    pattern: /\b(TODO|FIXME|XXX)\b/,
    proof: { wrong: ['// TODO: later'], right: ['// to do this'] },
    where: code,
  },
  {
    name: 'a disabled lint rule says why: `-- reason`',
    pattern: /(oxlint|eslint)-disable(?!.* -- \S)/,
    proof: {
      wrong: ['// oxlint-disable-next-line no-console'],
      right: ['// oxlint-disable-next-line no-console -- the command prints'],
    },
    where: code,
  },
]

const isKebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|test-d|d|config))?\.ts$/
const isGrabBag = /^(utils?|helpers?|types?|common|shared|misc)\.ts$/

const problems: string[] = []
for (const { name, pattern, proof } of wordRules) {
  const missed = proof.wrong.filter((line) => !pattern.test(line))
  const hit = proof.right.filter((line) => pattern.test(line))
  for (const line of [...missed, ...hit]) problems.push(`the rule "${name}" is wrong on: ${line}`)
}

let checked = 0
const files = ['packages/*/{src,test}/**/*.ts', 'examples/**/*.ts']
const exclude = (path: string): boolean => basename(path) === 'node_modules'
for await (const found of glob(files, { cwd: root, exclude })) {
  const path = found.replaceAll('\\', '/')
  checked += 1
  if (!isKebabCase.test(basename(path))) problems.push(`${path}: name it in kebab-case`)
  if (isGrabBag.test(basename(path))) problems.push(`${path}: name it after its one concept`)
  const text = await readFile(join(root, path), 'utf8')
  for (const rule of wordRules) {
    if (!rule.where.test(path) || rule.except?.test(path)) continue
    for (const [index, line] of text.split('\n').entries()) {
      if (!rule.pattern.test(line)) continue
      problems.push(`${path}:${index + 1}: ${rule.name}\n    ${line.trim()}`)
    }
  }
}
if (checked === 0) problems.push('no file was read')

for (const problem of problems) console.log(problem)
console.log(`${checked} files read, ${problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1
