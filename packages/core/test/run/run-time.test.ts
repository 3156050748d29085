import {
  createAgent,
  foldEvents,
  tool,
  type AgentOptions,
  type RunEvent,
  type Runtime,
  type StreamEvent,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { streamed, textOf } from './streamed.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const hangs = (): Promise<never> => new Promise(() => {})
const calls = { toolCalls: [{ toolName: 'slow' }, { toolName: 'slow' }] }

const entered: AbortSignal[] = []
const slow = tool({
  name: 'slow',
  description: 'Never ends',
  input: z.object({}),
  execute: (_, { signal }) => {
    entered.push(signal)
    return hangs()
  },
})

const start = (script: readonly ScriptEntry[], options: Partial<AgentOptions> = {}) => {
  const runtime = fakeRuntime()
  const backend = scriptedBackend(script)
  const agent = createAgent({
    backend,
    model,
    tools: [slow],
    runtime,
    maxParallelCalls: 1,
    timeouts: { runMs: 20_000 },
    ...options,
  })
  return { run: agent.stream('Go'), runtime, backend }
}

describe('a run whose time is up', () => {
  test('during a wait that the service asked for: the answer is not asked for before it is over', async () => {
    const fake = fakeRuntime()
    const runtime: Runtime = {
      ...fake,
      // No wait is over before its time.
      setTimer: (callback, ms) => fake.setTimer(callback, ms, 'limit'),
    }
    const busy = { wire: 'Too many requests', status: 429, headers: { 'retry-after': '17' } }
    const { run, backend } = start([busy, 'This is what I know.'], { runtime })
    await fake.advance(16_999)
    expect(backend.requests).toHaveLength(1)
    await fake.advance(1)
    expect(await run.result).toMatchObject({ stopReason: 'time', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(2)
  })

  test('before it gave the output that is wanted: the error says so', async () => {
    const runtime = fakeRuntime()
    const backend = scriptedBackend([hangs, hangs])
    const output = z.object({ celsius: z.number() })
    const agent = createAgent({ backend, model, output, runtime, timeouts: { runMs: 20_000 } })
    const failure = agent.run('Go').catch((error: unknown) => error)
    await runtime.advance(20_000)
    expect(await failure).toMatchObject({ code: 'model.no_output' })
    expect(backend.requests).toHaveLength(2)
  })

  test('while a tool is under way: its calls are answered, and the model has the last quarter for an answer', async () => {
    const { run, runtime, backend } = start([calls, 'This is what I know.'])
    await runtime.advance(14_999)
    expect(backend.requests).toHaveLength(1)
    await runtime.advance(1)
    const result = await run.result
    expect(result).toMatchObject({ stopReason: 'time', text: 'This is what I know.' })
    expect(entered.at(-1)?.aborted).toBe(true)
    expect(backend.requests[1]?.inputs.tools).toBeUndefined()
    const [cut, rest] = result.steps[0]?.toolResults ?? []
    expect(cut?.output).toContain('It may have had its effect')
    expect(rest?.output).toContain('Not run')
    expect(result.events.map(({ type }) => type).slice(-7)).toEqual([
      'tool-call',
      'tool-result',
      'tool-result',
      'step-end',
      'model-request',
      'model-reply',
      'run-end',
    ])
  })

  test('while the model is asked: the request is cut, and told as one that failed', async () => {
    const { run, runtime, backend } = start([hangs, 'This is what I know.'])
    await runtime.advance(15_000)
    const result = await run.result
    expect(result).toMatchObject({ stopReason: 'time', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(2)
    const failures = result.events.filter((event) => event.type === 'model-error')
    expect(failures).toMatchObject([{ step: 1, attempt: 1, durationMs: 15_000 }])
    expect(failures[0]?.error.message).toContain('time limit of 15000 ms')
  })

  test('while the model is asked: what that may cost counts in the budget', async () => {
    const { run, runtime } = start([hangs, 'This is what I know.'], { budget: { tokens: 100_000 } })
    await runtime.advance(15_000)
    expect((await run.result).usage.estimatedTokens).toBeGreaterThan(0)
  })

  test('while a reply streams in: what was shown of it is taken back', async () => {
    const begun = streamed(['Let me ', 'think about this ', 'for a while.'], { end: 'never' })
    const { run, runtime } = start([begun, streamed(['This I know.'])], { tools: [] })
    const seen: StreamEvent[] = []
    const isShown = Promise.withResolvers<void>()
    const reading = (async () => {
      for await (const event of run) {
        seen.push(event)
        if (textOf(seen, 1) === 'Let me think about this for a while.') isShown.resolve()
      }
    })()
    await isShown.promise
    await runtime.advance(15_000)
    await reading
    expect(seen.filter(({ type }) => type === 'reply-reset')).toHaveLength(1)
    expect(textOf(seen, 1)).toBe('This I know.')
  })

  test('while it waits to ask again: it waits no longer', async () => {
    const runtime = fakeRuntime()
    const waiting = { ...runtime, setTimer: noWaits(runtime) }
    const busy: ScriptEntry = { wire: { errors: [] }, status: 503 }
    const { run } = start([busy, 'This is what I know.'], { runtime: waiting })
    await runtime.advance(15_000)
    expect(await run.result).toMatchObject({ stopReason: 'time', text: 'This is what I know.' })
  })

  test('for the last call too: it ends without that', async () => {
    const { run, runtime, backend } = start([hangs, hangs])
    await runtime.advance(15_000)
    await runtime.advance(4999)
    expect(backend.requests).toHaveLength(2)
    await runtime.advance(1)
    const result = await run.result
    expect(result).toMatchObject({ stopReason: 'time', text: '' })
    const end = result.events.at(-1)
    expect(end).toMatchObject({ type: 'run-end', durationMs: 20_000 })
    expect(end).not.toHaveProperty('error')
  })

  test('where the last call is switched off: it has all its time for steps', async () => {
    const { run, runtime, backend } = start([hangs], { closingCall: false })
    await runtime.advance(19_999)
    expect(backend.requests).toHaveLength(1)
    await runtime.advance(1)
    expect(await run.result).toMatchObject({ stopReason: 'time' })
    expect(backend.requests).toHaveLength(1)
  })
})

test('a long run keeps 20 seconds for its last call', async () => {
  const { run, runtime, backend } = start([hangs, 'Done.'], {
    timeouts: { runMs: 200_000, firstByteMs: 300_000 },
  })
  await runtime.advance(179_999)
  expect(backend.requests).toHaveLength(1)
  await runtime.advance(1)
  expect((await run.result).text).toBe('Done.')
})

test('a run that ends in time ends as it would', async () => {
  const { run } = start(['Hello.'])
  expect(await run.result).toMatchObject({ stopReason: 'answer', text: 'Hello.' })
})

test('a limit that was reached before the time was up stays the reason', async () => {
  const quick = tool({
    name: 'slow',
    description: 'Quick',
    input: z.object({}),
    execute: () => 'here',
  })
  const { run, runtime } = start([calls, hangs], { tools: [quick], maxSteps: 1 })
  await runtime.advance(20_000)
  expect(await run.result).toMatchObject({ stopReason: 'max-steps' })
})

test('an abort in the last call is an abort', async () => {
  const { run, runtime } = start([hangs, hangs])
  await runtime.advance(15_000)
  run.abort('enough')
  await expect(run.result).rejects.toBe('enough')
})

test('a clock that is set back makes no time negative', async () => {
  const plain = fakeRuntime()
  let hour = 24
  const runtime = { ...plain, now: () => plain.now() + 3_600_000 * hour-- }
  const quick = tool({
    name: 'slow',
    description: 'Quick',
    input: z.object({}),
    execute: () => 'here',
  })
  const { run } = start([calls, 'Done.'], { runtime, tools: [quick], timeouts: {} })
  const { events } = await run.result
  const times = events.map(({ time }) => time)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const durations = events.flatMap((event) => ('durationMs' in event ? [event.durationMs] : []))
  expect(durations.length).toBeGreaterThan(3)
  expect(Math.min(...durations)).toBe(0)
})

test('a logger that throws ends no run', async () => {
  let asked = 0
  const fail = (): never => {
    asked++
    throw new Error('the disk is full')
  }
  const log = { debug: fail, info: fail, warn: fail, error: fail }
  const busy: ScriptEntry = { wire: { errors: [] }, status: 503 }
  const logging = tool({
    name: 'slow',
    description: 'Logs',
    input: z.object({}),
    execute: (_, context) => {
      context.log.info({}, 'running')
      return 'logged'
    },
  })
  const { run } = start([busy, { toolCalls: [{ toolName: 'slow' }] }, 'Done.'], {
    log,
    tools: [logging],
    timeouts: {},
  })
  const { text, events } = await run.result
  expect(text).toBe('Done.')
  expect(asked).toBeGreaterThan(events.length)
  const stored: RunEvent[] = JSON.parse(JSON.stringify(events))
  expect(foldEvents(stored).openCalls).toEqual([])
})

/** Timers of which the waits never end. */
const noWaits =
  (runtime: ReturnType<typeof fakeRuntime>): typeof runtime.setTimer =>
  (callback, ms, purpose) =>
    purpose === 'limit' ? runtime.setTimer(callback, ms, purpose) : () => {}
