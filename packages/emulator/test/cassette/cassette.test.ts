import { createAgent, tool } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { rest } from '@drover/rest'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import {
  cassette,
  openCassette,
  record,
  replay,
  script,
  startEmulator,
  type CassetteBackend,
  type ModelReply,
} from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

const apiToken = 'v1.0-token-of-this-test-7f3a'
let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cassette-'))
  file = join(folder, 'deep', 'weather.json')
  vi.stubEnv('CI', '')
  vi.stubEnv('DROVER_RECORD', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string() }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 26 }),
})
const answers: readonly ModelReply[] = [
  { error: { code: 3040 } },
  { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
  { text: 'It is warm in Lisbon: 26 °C.', streaming: { variant: 'native', chunks: 'byte' } },
]
const agentOn = (
  backend: Parameters<typeof createAgent>[0]['backend'],
  instructions = 'Be brief.',
) =>
  createAgent({
    backend,
    instructions,
    model: MODEL,
    tools: [weather],
    runtime: fakeRuntime(),
    stream: 'always',
  })
const restAt = (url: string) => rest({ accountId: ACCOUNT, apiToken, baseUrl: url })
const QUESTION = 'Is it warm in Lisbon?'

async function recordOnce(): Promise<Awaited<ReturnType<ReturnType<typeof agentOn>['run']>>> {
  await using emulator = await startEmulator({ model: script(answers) })
  const tape = record(restAt(emulator.url), file)
  const result = await agentOn(tape).run(QUESTION)
  tape.takeRun(result.events)
  tape.finish()
  return result
}

test('a run over HTTP is recorded into a file, and replays from it without a server', async () => {
  const first = await recordOnce()
  const tape = replay(file)
  const second = await agentOn(tape).run(QUESTION)
  tape.takeRun(second.events)
  tape.finish()
  expect(second).toEqual(first)
  expect(readFileSync(file, 'utf8')).not.toContain(apiToken)
})

test('the emulator answers any client from a cassette', async () => {
  const first = await recordOnce()
  const model = cassette(file)
  await using emulator = await startEmulator({ model })
  const second = await agentOn(restAt(emulator.url)).run(QUESTION)
  model.assertComplete()
  expect(second.text).toBe(first.text)
  expect(second.messages).toEqual(first.messages)
})

test('a client that asks otherwise gets a 500 that shows the difference', async () => {
  await recordOnce()
  const model = cassette(file)
  await using emulator = await startEmulator({ model })
  const run = agentOn(restAt(emulator.url), 'Be long.').run(QUESTION)
  await expect(run).rejects.toMatchObject({ status: 500 })
  expect(() => model.assertComplete()).toThrow('inputs.messages[0].content')
})

test('an emulator records what its clients get, and what it recorded replays in both ways', async () => {
  const emulator = await startEmulator({ model: script(answers), record: file })
  const first = await agentOn(restAt(emulator.url)).run(QUESTION)
  const bad = await fetch(`${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: '{}',
  })
  expect(bad.status).toBe(400)
  await emulator.close()
  const text = readFileSync(file, 'utf8')
  // What the service refuses by itself never reached the model.
  expect(JSON.parse(text).exchanges).toHaveLength(3)

  const tape = replay(file)
  expect((await agentOn(tape).run(QUESTION)).messages).toEqual(first.messages)
  tape.finish()
  const model = cassette(file)
  await using again = await startEmulator({ model })
  expect((await agentOn(restAt(again.url)).run(QUESTION)).messages).toEqual(first.messages)
  model.assertComplete()
})

test('a missing file says how to record it', async () => {
  const open = (): CassetteBackend =>
    openCassette(file, { backend: () => restAt('https://x.test') })
  expect(open).toThrow('DROVER_RECORD=1')
  expect(() => cassette(file)).toThrow(`Expected a cassette at \`${file}\`, but there is none.`)
  expect(existsSync(file)).toBe(false)
})

test('a test records where it is told to, and replays otherwise', async () => {
  await using emulator = await startEmulator({ model: script(answers) })
  const live = async (): Promise<string> => {
    const tape = openCassette(file, { backend: () => restAt(emulator.url) })
    const result = await agentOn(tape).run(QUESTION)
    tape.takeRun(result.events)
    tape.finish()
    return `${tape.mode}: ${result.text}`
  }
  vi.stubEnv('DROVER_RECORD', '1')
  expect(await live()).toBe('record: It is warm in Lisbon: 26 °C.')
  vi.stubEnv('DROVER_RECORD', '')
  expect(await live()).toBe('replay: It is warm in Lisbon: 26 °C.')
  expect(emulator.requests).toHaveLength(3)
})

test('a CI machine never records', async () => {
  vi.stubEnv('CI', 'true')
  vi.stubEnv('DROVER_RECORD', '1')
  const backend = restAt('https://x.test')
  expect(() => openCassette(file, { backend: () => backend })).toThrow('CI machine')
  expect(() => record(backend, file)).toThrow('CI machine')
  await expect(startEmulator({ record: file })).rejects.toThrow('CI machine')
})

test('values of environment variables named like secrets stay out of the file', async () => {
  vi.stubEnv('MY_SERVICE_TOKEN', 'Is it warm in Lisbon?')
  await recordOnce()
  expect(readFileSync(file, 'utf8')).not.toContain('Is it warm')
  vi.stubEnv('MY_SERVICE_TOKEN', undefined)
  const tape = replay(file)
  // What was taken out stands for anything.
  expect((await agentOn(tape).run('Is it cold in Porto?')).text).toContain('26')
  tape.finish()
})

test('a file that is no cassette is refused by name', () => {
  writeFileSync(join(folder, 'half.json'), '{"version": 1, "exch')
  expect(() => replay(join(folder, 'half.json'))).toThrow('to be JSON')
})
