import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, runCommand, seconds } from './run-command.ts'
import { totalsLine } from './totals.ts'

// Runs the `check` script of every example: each asserts what it shows and exits non-zero when that is not so.

const folder = join(root, 'examples')
const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
let passed = 0
let failed = 0

for (const name of names.toSorted()) {
  const cwd = join(folder, name)
  const command = await readCheckScript(cwd)
  if (command === undefined) continue
  const result = await runCommand(command, { cwd })
  // A check that cannot run here says why, and counts as nothing.
  const skipped = /^skipped: .*$/m.exec(result.output)?.[0]
  if (!result.ok) failed += 1
  else if (skipped === undefined) passed += 1
  const verdict = result.ok ? 'ok    ' : 'FAILED'
  console.log(`${name.padEnd(24)}${skipped ?? verdict + seconds(result.durationMs)}`)
  if (!result.ok) console.log(`\n$ ${command}\n${result.output.trimEnd()}\n`)
}
console.log(totalsLine({ passed, failed }))
process.exitCode = failed === 0 ? 0 : 1

/** The example's `check` script; `undefined` for a folder that is no example. */
async function readCheckScript(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const manifest: { readonly scripts?: { readonly check?: string } } = JSON.parse(text)
  return manifest.scripts?.check
}
