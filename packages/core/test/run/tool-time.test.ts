import { createAgent, tool, type AgentOptions, type ToolEffect } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const reply = { toolCalls: [{ toolName: 'slow' }] }

/** A tool that is done when the test says so, however long that takes. */
const byHand = (options: { effect?: ToolEffect; timeoutMs?: number } = {}) => {
  const done = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const slow = tool({
    name: 'slow',
    description: 'Takes its time',
    input: z.object({}),
    execute: (_, { signal }) => {
      signals.push(signal)
      return done.promise
    },
    ...options,
  })
  return { slow, done, signals }
}

const start = (slow: ReturnType<typeof byHand>['slow'], options: Partial<AgentOptions> = {}) => {
  const runtime = fakeRuntime()
  const backend = scriptedBackend([reply, 'Done.'])
  const run = createAgent({ backend, model, tools: [slow], runtime, ...options }).run('Go')
  return { run, runtime, backend }
}

describe('fault D2: a tool that never settles', () => {
  test('is given up after 30 s, and the run goes on', async () => {
    const { slow, signals } = byHand()
    const { run, runtime, backend } = start(slow)
    await runtime.advance(29_999)
    expect(signals[0]?.aborted).toBe(false)
    expect(backend.requests).toHaveLength(1)
    await runtime.advance(1)
    expect(signals[0]?.aborted).toBe(true)
    expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError' })
    expect(await run).toMatchObject({ text: 'Done.', stopReason: 'answer' })
  })

  const words: [ToolEffect, string][] = [
    ['once', 'Its outcome is unknown: it may have had its effect. Check before you call it again.'],
    ['idempotent', 'The tool `slow` failed: it did not finish within 30000 ms.'],
    ['read', 'The tool `slow` failed: it did not finish within 30000 ms.'],
  ]
  test.each(words)('is answered by what it may have done: %s', async (effect, words) => {
    const { slow } = byHand({ effect })
    const { run, runtime } = start(slow)
    await runtime.advance(30_000)
    const { events } = await run
    const result = events.find((event) => event.type === 'tool-result')
    expect(result).toMatchObject({ isError: true, dispatched: true, durationMs: 30_000 })
    expect(result?.output).toContain(words)
  })

  test('takes no longer than it says itself', async () => {
    const { slow } = byHand({ timeoutMs: 5 })
    const { run, runtime } = start(slow, { timeouts: { toolMs: 1000 } })
    await runtime.advance(5)
    expect((await run).text).toBe('Done.')
  })

  test('takes no longer than the agent says', async () => {
    const { slow } = byHand()
    const { run, runtime } = start(slow, { timeouts: { toolMs: 1000 } })
    await runtime.advance(1000)
    expect((await run).text).toBe('Done.')
  })
})

describe('fault D3: what a tool does after its time', () => {
  test('a result changes nothing', async () => {
    const { slow, done } = byHand()
    const { run, runtime } = start(slow)
    await runtime.advance(30_000)
    done.resolve('too late')
    const { events } = await run
    expect(JSON.stringify(events)).not.toContain('too late')
    expect(events.filter((event) => event.type === 'tool-result')).toHaveLength(1)
  })

  test('an error is swallowed', async () => {
    const { slow, done } = byHand()
    const { run, runtime } = start(slow)
    await runtime.advance(30_000)
    done.reject(new Error('too late'))
    // An unhandled rejection would fail the test run.
    expect((await run).text).toBe('Done.')
  })
})

test('a tool that is done in time leaves no timer behind', async () => {
  const under = new Set<number>()
  let timers = 0
  const plain = fakeRuntime()
  const runtime: typeof plain = {
    ...plain,
    setTimer: (callback, ms, purpose) => {
      const timer = timers++
      under.add(timer)
      const cancel = plain.setTimer(callback, ms, purpose)
      return () => {
        under.delete(timer)
        cancel()
      }
    },
  }
  const { slow, done } = byHand()
  done.resolve('in time')
  const { run } = start(slow, { runtime, timeouts: { runMs: 60_000 } })
  await run
  expect(timers).toBeGreaterThan(3)
  expect(under.size).toBe(0)
})

test('fault D16: a check of an input that hangs is given up after 5 s, and its tool is not run', async () => {
  let ran = 0
  const slow = tool({
    name: 'slow',
    description: 'Has a check that hangs',
    input: z.object({}).refine(() => new Promise<boolean>(() => {})),
    execute: () => ++ran,
  })
  const { run, runtime } = start(slow)
  await runtime.advance(4999)
  await runtime.advance(1)
  const { steps } = await run
  expect(ran).toBe(0)
  expect(steps[0]?.toolResults[0]).toMatchObject({ isError: true })
  expect(steps[0]?.toolResults[0]?.output).toContain('took longer than 5000 ms')
})

describe('a limit that no timer can keep', () => {
  test.each([0, -1, 1.5, Number.NaN, 2_147_483_648])('%s is refused before any request', (ms) => {
    const { slow } = byHand()
    expect(() => byHand({ timeoutMs: ms })).toThrow('Expected `timeoutMs` to be an integer from 1')
    expect(() => start(slow, { timeouts: { toolMs: ms } })).toThrow('`timeouts.toolMs`')
    expect(() => start(slow, { timeouts: { runMs: ms } })).toThrow('`timeouts.runMs`')
  })
})
