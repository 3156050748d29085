import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { root } from './run-command.ts'
import { totalsLine } from './totals.ts'

// What the linter has no rule for: words that may stand in some folders only, and file names.

interface WordRule {
  readonly name: string
  readonly pattern: RegExp
  /** Paths the rule looks at. */
  readonly where: RegExp
  /** Paths where the word is at home. */
  readonly except?: RegExp
}

const source = /^packages\/[^/]+\/src\//

const wordRules: readonly WordRule[] = [
  {
    name: 'the words of the wire stand in core/src/wire and the emulator only',
    pattern: /\b(tool_calls?|tool_call_id|finish_reason|prompt_tokens|completion_tokens)\b/,
    where: source,
    except: /^packages\/(core\/src\/wire\/|emulator\/)/,
  },
  {
    name: 'time comes from the injected Runtime: no `new Date()` without an argument, no `Date()`',
    pattern: /\bnew Date(\(\)|(?![\w(]))|(?<!new |[\w.])Date\(/,
    where: source,
    except: /^packages\/core\/src\/runtime\.ts$/,
  },
  {
    name: 'no dynamic import where web standards are all there is',
    pattern: /\bimport\(/,
    where: /^packages\/(core|rest|binding)\/src\//,
  },
  { name: 'no cast through `unknown`', pattern: /\bas unknown as\b/, where: source },
  { name: 'no suppressed type error', pattern: /@ts-(ignore|nocheck|expect-error)/, where: source },
  { name: 'nothing left to do', pattern: /\b(TODO|FIXME|XXX)\b/, where: /^packages\/|^examples\// },
  {
    name: 'a disabled lint rule says why: `-- reason`',
    pattern: /(oxlint|eslint)-disable(?!.* -- \S)/,
    where: /^packages\/|^examples\//,
  },
]

const isKebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.test-d|\.d)?\.ts$/
const isGrabBag = /^(utils?|helpers?|types?|common|shared|misc)\.ts$/

const problems: string[] = []
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
      if (rule.pattern.test(line))
        problems.push(`${path}:${index + 1}: ${rule.name}\n    ${line.trim()}`)
    }
  }
}

for (const problem of problems) console.log(problem)
console.log(`${checked} files read.`)
if (checked === 0) problems.push('no file was read')
const failed = problems.length
console.log(totalsLine({ passed: failed === 0 ? wordRules.length + 2 : 0, failed }))
process.exitCode = failed === 0 ? 0 : 1
