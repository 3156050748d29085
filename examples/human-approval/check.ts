import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Each command is a process of its own: nothing but the file goes from one to the next.

const folder = await mkdtemp(join(tmpdir(), 'human-approval-'))
const file = join(folder, 'run.json')
const ledger = join(folder, 'ledger.jsonl')

try {
  const small = await run(['Pay expense E-7 of 38.50 euros.'])
  assert.equal(small.code, 0, small.output)
  assert.match(await paid(), /^\{"id":"E-7","euros":38\.5,/)
  assert.doesNotMatch(small.output, /Suspended/)
  await rm(ledger)

  const asked = await run([])
  assert.equal(asked.code, 0, asked.output)
  assert.match(asked.output, /Suspended: 1 waiting/)
  assert.match(asked.output, /pay_expense \{"euros":240,"id":"E-8"\}/)
  assert.equal(await paid(), '')

  const undecided = await run(['--resume', file], '')
  assert.match(undecided.output, /Suspended: 1 waiting/)
  assert.equal(await paid(), '')

  const allowed = await run(['--resume', file], 'y\n')
  assert.equal(allowed.code, 0, allowed.output)
  assert.match(await paid(), /^\{"id":"E-8","euros":240,"idempotencyKey":"[^"]+\.1\.0"\}\n$/)

  const again = await run(['--resume', file], 'y\n')
  assert.equal(again.code, 1)
  assert.match(again.output, /There is no suspended run/)
  await rm(ledger)

  await run([])
  const denied = await run(['--resume', file], 'ask finance first\n')
  assert.equal(denied.code, 0, denied.output)
  assert.equal(await paid(), '')
  console.log('human-approval: all as it should be')
} finally {
  await rm(folder, { recursive: true })
}

async function paid(): Promise<string> {
  return readFile(ledger, 'utf8').catch(() => '')
}

function run(
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; output: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const all = ['--import', 'tsx', main, '--file', file, '--ledger', ledger, ...args]
  const child = spawn(process.execPath, all, { cwd: import.meta.dirname })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
