import { createAgent, tool, type Backend } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import pino from 'pino'
import { expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const secret = 'tok_0123456789abcdef'
const look = tool({
  name: 'look',
  description: 'Looks somewhere',
  input: z.object({ where: z.string() }),
  execute: ({ where }, { log }) => {
    log.info({ where }, 'looked')
    return 'nothing'
  },
})

/** A pino logger that keeps its lines. */
const collect = () => {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  return { log, lines }
}

test('a pino logger can be passed as it is, and tools get it too', async () => {
  const { log, lines } = collect()
  const backend = scriptedBackend([
    { toolCalls: [{ toolName: 'look', input: { where: 'left' } }] },
    'Done.',
  ])
  await createAgent({ backend, model, tools: [look], log }).run('Go')
  expect(lines.map(({ msg }) => msg)).toEqual([
    'run-start',
    'model-request',
    'model-reply',
    'tool-call',
    'looked',
    'tool-result',
    'step-end',
    'model-request',
    'model-reply',
    'run-end',
  ])
})

test('says nothing of what was said: no prompt, no input, no output', async () => {
  const { log, lines } = collect()
  const quiet = tool({ ...silent, execute: () => 'OUTPUT-TEXT' })
  const backend = scriptedBackend([
    { toolCalls: [{ toolName: 'quiet', input: { x: 'INPUT-TEXT' } }] },
    'ANSWER-TEXT',
  ])
  await createAgent({ backend, model, tools: [quiet], log, instructions: 'ORDER-TEXT' }).run(
    'PROMPT-TEXT',
  )
  expect(lines.length).toBeGreaterThan(0)
  expect(JSON.stringify(lines)).not.toMatch(/(INPUT|OUTPUT|ANSWER|ORDER|PROMPT)-TEXT/)
})
const silent = { name: 'quiet', description: 'Says nothing', input: z.object({ x: z.string() }) }

test('warns of each failed attempt, with its code and the wait', async () => {
  const { log, lines } = collect()
  const busy = { wire: { errors: [{ code: 3040, message: 'Capacity' }] }, status: 429 }
  const backend = scriptedBackend([busy, 'Here.'])
  await createAgent({ backend, model, log, runtime: fakeRuntime() }).run('Hi')
  expect(lines.find(({ level }) => level === 40)).toMatchObject({
    code: 'http.capacity',
    serviceCode: 3040,
    retryInMs: 250,
  })
})

test('a backend’s secret never reaches a log, an event or an error, though the service echoes it', async () => {
  const { log, lines } = collect()
  const leaky: Backend = {
    name: 'leaky',
    redact: (text) => text.replaceAll(secret, '[redacted]'),
    send: () =>
      Promise.resolve(
        Response.json(
          { errors: [{ code: 10000, message: `bad token ${secret}` }] },
          { status: 401 },
        ),
      ),
  }
  const run = createAgent({ backend: leaky, model, log }).stream('Hi')
  const events: unknown[] = []
  const error: unknown = await (async () => {
    for await (const event of run) events.push(event)
  })().catch((thrown: unknown) => thrown)
  expect((error as Error).message).toContain('[redacted]')
  expect(
    JSON.stringify([events, lines, (error as Error).message, (error as Error).stack]),
  ).not.toContain(secret)
})
