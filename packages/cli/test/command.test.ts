import { expect, test } from 'vitest'
import { drover } from '../src/index.ts'
import type { Terminal } from '../src/index.ts'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(...args: readonly string[]): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    columns: () => undefined,
    colour: (_, text) => text,
    env: {},
    stopped: () => Promise.resolve(),
  }
  const code = await drover(args, terminal)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test.each([[], ['--help'], ['emulate', '--help']])('teaches with %j', async (...args) => {
  const { code, out, err } = await run(...args)
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(args[0] === 'emulate' ? '--upstream <url>' : 'emulate [options]')
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
})

test('tells the version of its package', async () => {
  expect(await run('--version')).toEqual({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    err: '',
  })
})

test.each([
  [['emulat'], 'Did you mean emulate?'],
  [['emulate', '--upsteam', 'x'], 'Did you mean --upstream?'],
  [['emulate', '--port', '70000'], 'Expected an integer from 0 to 65535.'],
  [['emulate', '--port', 'many'], 'Expected an integer from 0 to 65535.'],
  [['emulate', '--seed', '-1'], 'Expected an integer'],
  [['emulate', '--retired', 'maybe'], 'Allowed choices are serve, refuse.'],
  [['emulate', '--rehearsal', '--upstream', 'http://x'], 'cannot be used with'],
  [['emulate', '--upstream', 'x'], 'Expected `baseUrl` to be an http or https address'],
  [['emulate', '--model', 'qwen3:8b'], '`--model` names a model of `--upstream`'],
  [['emulate', '--cassette', 'nowhere.json'], 'nowhere.json'],
  [['emulate', '--cassette', 'a', '--record', 'b'], 'cannot be used with'],
  [['emulate', 'now'], 'too many arguments'],
])('refuses %j and says what to do', async (args, says) => {
  const { code, out, err } = await run(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(says)
})

test('an emulator that is ended at once leaves nothing open', async () => {
  const { code, out } = await run('emulate', '--port', '0')
  expect(code).toBe(0)
  expect(out).toMatch(/Workers AI on this machine: http:\/\/127\.0\.0\.1:\d+/)
})
