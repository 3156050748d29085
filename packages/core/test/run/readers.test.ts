import { createAgent, isRunEvent, type Backend, type StreamEvent } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streamed, textOf } from './streamed.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const PIECE = 'x'.repeat(3000)
const MAX_CHARS_BEHIND = 65_536

/** A model that says 100 pieces of 3,000 characters as fast as they are taken, and what came of it. */
const talker = () => {
  const seen = { pulled: 0, cancelled: false }
  const backend: Backend = {
    name: 'talker',
    send: async () =>
      streamed(
        Array.from({ length: 100 }, () => PIECE),
        { onPull: () => seen.pulled++, onCancel: () => (seen.cancelled = true) },
      ),
  }
  return { seen, agent: createAgent({ backend, model, runtime: fakeRuntime() }) }
}

/** Lets everything run that can run without anybody reading. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

describe('a slow reader', () => {
  test('fault C11: holds the upstream where it is a little more than 64 Ki characters behind, and misses nothing', async () => {
    const { agent, seen } = talker()
    const run = agent.stream('Talk.')
    const reader = run[Symbol.asyncIterator]()
    const events: StreamEvent[] = []
    const read = async (): Promise<boolean> => {
      const { done, value } = await reader.next()
      if (value !== undefined) events.push(value)
      return done !== true
    }
    for (let count = 0; count < 10; count++) await read()
    await settle()
    const held = seen.pulled
    expect(held - 8).toBeLessThan((MAX_CHARS_BEHIND + 12_000) / PIECE.length)
    await settle()
    expect(seen.pulled).toBe(held)
    while (await read());
    expect(textOf(events, 1)).toBe(PIECE.repeat(100))
    expect((await run.result).text).toHaveLength(300_000)
  })

  test('does not hold another one up for good: what it has not read yet waits for it', async () => {
    const { agent } = talker()
    const run = agent.stream('Talk.')
    const slow = run[Symbol.asyncIterator]()
    await slow.next()
    const quick = Array.fromAsync(run)
    await settle()
    const rest: StreamEvent[] = []
    for (let next = await slow.next(); !next.done; next = await slow.next()) rest.push(next.value)
    expect(textOf(await quick, 1)).toHaveLength(300_000)
    expect(textOf(rest, 1)).toHaveLength(300_000)
  })

  test('that leaves lets the others go on', async () => {
    const { agent, seen } = talker()
    const run = agent.stream('Talk.')
    const stalled = run[Symbol.asyncIterator]()
    await stalled.next()
    const quick = Array.fromAsync(run)
    await settle()
    expect(seen.pulled).toBeLessThan(35)
    await stalled.return?.()
    expect(textOf(await quick, 1)).toHaveLength(300_000)
  })
})

describe('readers of every kind, a thousand of each', () => {
  const runs = { numRuns: 1000 }

  test('fault C13: absent: the run ends all the same', async () => {
    for (let run = 0; run < 1000; run++) {
      const { agent, seen } = talker()
      expect((await agent.stream('Talk.').result).text).toHaveLength(300_000)
      expect(seen.pulled).toBe(101)
    }
  })

  test('fault C12: leaving at any event: the upstream is closed, and nothing is left unhandled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(101), async (count) => {
        const { agent, seen } = talker()
        const run = agent.stream('Talk.')
        let left = count
        for await (const _event of run) if (left-- === 0) break
        const outcome = await run.result.then(
          () => 'done',
          (error: unknown) => (error instanceof DOMException ? error.name : error),
        )
        expect(['done', 'AbortError']).toContain(outcome)
        const isOver = seen.pulled === 101
        expect(seen.pulled === 0 || isOver || seen.cancelled).toBe(true)
      }),
      runs,
    )
  })

  test('slow: whatever their pace, they see the whole text, and little is read ahead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }), async (pauses) => {
        const { agent, seen } = talker()
        let shown = 0
        let count = 0
        let mostAhead = 0
        for await (const event of agent.stream('Talk.')) {
          if (event.type === 'text-delta') shown += event.text.length
          mostAhead = Math.max(mostAhead, seen.pulled - shown / PIECE.length)
          // Turns that the reader is busy with something else.
          const turns = pauses[count++ % pauses.length] ?? 0
          for (let turn = 0; turn < turns; turn++) await Promise.resolve()
        }
        expect(shown).toBe(300_000)
        expect(mostAhead).toBeLessThan((MAX_CHARS_BEHIND + 12_000) / PIECE.length)
      }),
      runs,
    )
  })
})

describe('a reader that comes late or comes back', () => {
  test('fault C18: after any event finds what it missed, once, and the same text in the end', async () => {
    const { agent } = talker()
    const run = agent.stream('Talk.')
    const all = await Array.fromAsync(run.entries())
    const kept = all.map(({ event }) => event).filter(isRunEvent)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    for (const [index, { id }] of all.entries()) {
      const seen = all.slice(0, index + 1).map(({ event }) => event)
      const rest = (await Array.fromAsync(run.entries(id))).map(({ event }) => event)
      expect([...seen, ...rest].filter(isRunEvent)).toEqual(kept)
      expect(textOf([...seen, ...rest], 1)).toBe(PIECE.repeat(100))
    }
  })

  test('while the reply is still under way goes on exactly where it was', async () => {
    const { agent } = talker()
    const run = agent.stream('Talk.', { onLeave: 'continue' })
    const seen: StreamEvent[] = []
    let lastId = ''
    for await (const { id, event } of run.entries()) {
      seen.push(event)
      lastId = id
      if (seen.length === 100) break
    }
    const rest = (await Array.fromAsync(run.entries(lastId))).map(({ event }) => event)
    expect(textOf([...seen, ...rest], 1)).toBe(PIECE.repeat(100))
    expect(rest.some(({ type }) => type === 'reply-reset')).toBe(false)
  })

  test('gets each text whole where it was not there to see it come', async () => {
    const { agent } = talker()
    const run = agent.stream('Talk.')
    await run.result
    const events = await Array.fromAsync(run)
    expect(events.map(({ type }) => type)).toEqual([
      'run-start',
      'model-request',
      'text-delta',
      'model-reply',
      'run-end',
    ])
    expect(textOf(events, 1)).toHaveLength(300_000)
  })

  test.each(['7', '1.x', '-1', '', '0.1.2', '99999999999'])(
    'with an id that is none of the run is told so (%s)',
    async (id) => {
      const { agent } = talker()
      const run = agent.stream('Talk.')
      await run.result
      expect(() => run.entries(id)[Symbol.asyncIterator]()).toThrow(
        'the id of an event of this run',
      )
    },
  )

  test('is not there when the run is left: it goes on where that was asked for', async () => {
    const { agent } = talker()
    const run = agent.stream('Talk.', { onLeave: 'continue' })
    for await (const event of run) if (event.type === 'text-delta') break
    expect((await run.result).text).toHaveLength(300_000)
  })
})
