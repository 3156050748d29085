import type { RunEvent } from '@drover/core'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { openFolder } from './folder.ts'

// Runs the example as a reader would, on the small folder beside it, and looks at what happened.

const fixture = join(import.meta.dirname, 'fixture')

await Promise.all([
  twoToolsInOneRun(),
  oneQuestion('How many markdown files are there in docs?', 'list_files', /\b3\b/),
  oneQuestion('What is 17% of 2340?', 'calculate', /397\.8/),
  oneQuestion('What time is it in Lisbon?', 'current_time', /\d\d:\d\d/),
  plainOutput(),
  wrongInput(),
  closedFolder(),
])
console.log('autonomous-agent: all as it should be')

async function twoToolsInOneRun(): Promise<void> {
  const question =
    'Which package has the most source lines, and where in packages/tide is MOON_HOURS used?'
  const { events, text } = await ask(question)
  assert.ok(events.filter(({ type }) => type === 'model-reply').length >= 2)
  assert.deepEqual(new Set(toolsOf(events)), new Set(['count_lines', 'search_text']))
  assert.match(text, /harbour\b.*\b26\b/)
  assert.match(text, /packages\/tide\/tide\.py:5: MOON_HOURS = 12\.42/)
}

async function oneQuestion(question: string, toolName: string, answer: RegExp): Promise<void> {
  const { events, text } = await ask(question)
  assert.deepEqual(toolsOf(events), [toolName])
  assert.match(text, answer)
}

async function plainOutput(): Promise<void> {
  const { code, stdout } = await start(['--', '--dir', fixture, 'What', 'is', '2 + 3?'])
  assert.equal(code, 0)
  assert.match(stdout, /calculate \{"expression":"2 \+ 3"\}/)
  assert.match(stdout, /^Answered by the emulator's rehearsal \(rules, not a language model\)/m)
  assert.match(stdout, /CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN/)
  assert.equal(stripVTControlCharacters(stdout), stdout)
}

async function wrongInput(): Promise<void> {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--modle', 'x'], /^error: There is no option `--modle`\. Did you mean `--model`\?.*\n$/],
    [['--dir', 'no/such/folder'], /^error: .*`no\/such\/folder`.*\n$/],
    [
      ['--model', '@cf/meta/lama-3.1-8b-instruct-fast'],
      /^error: .*Did you mean `@cf\/meta\/llama-3\.1-8b-instruct-fast`.*\n$/,
    ],
    [[' '], /^error: Expected a question.*\n$/],
  ]
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stderr } = await start(args)
      assert.equal(code, 1)
      assert.match(stderr, message)
    }),
  )
}

async function closedFolder(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'drover-folder-'))
  try {
    await symlink(join(fixture, 'docs'), join(root, 'way-out'))
    await writeFile(join(root, '.env'), 'TOKEN=1')
    const folder = await openFolder(root)
    assert.deepEqual(await folder.files(), [])
    for (const path of ['way-out/overview.md', '../', '.env', '/etc/hostname']) {
      await assert.rejects(folder.read(path), path)
    }
  } finally {
    await rm(root, { recursive: true })
  }
}

interface Answer {
  readonly events: readonly RunEvent[]
  readonly text: string
}

async function ask(question: string): Promise<Answer> {
  const { code, stdout, stderr } = await start(['--json', '--dir', fixture, question])
  assert.equal(code, 0, stderr)
  const events = stdout
    .trim()
    .split('\n')
    .map((line): RunEvent => JSON.parse(line))
  const end = events.at(-1)
  assert.ok(end?.type === 'run-end' && end.stopReason === 'answer')
  return { events, text: end.text }
}

function toolsOf(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'tool-call' ? [event.toolName] : []))
}

interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[]): Promise<Finished> {
  const {
    CLOUDFLARE_ACCOUNT_ID: _account,
    CLOUDFLARE_API_TOKEN: _token,
    FORCE_COLOR: _color,
    ...env
  } = process.env
  // With this process's own arguments, so with the loader it was started with.
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, 'main.ts'), ...args],
    { env },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
