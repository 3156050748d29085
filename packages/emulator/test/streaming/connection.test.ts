import { systemRuntime, type Runtime } from '@drover/core'
import { expect, test } from 'vitest'
import { script, startEmulator } from '../../src/index.ts'
import { ask, framesOf, spoken, TEXT } from './streamed.ts'

/** A clock that stands still until it is told to go on. */
interface HandClock {
  readonly runtime: Runtime
  /** The delays under way, in milliseconds. */
  readonly pending: () => readonly number[]
  /** Ends every delay under way. */
  readonly tick: () => void
}

function createHandClock(): HandClock {
  const timers = new Map<() => void, number>()
  const setTimer = (callback: () => void, ms: number): (() => void) => {
    timers.set(callback, ms)
    return () => timers.delete(callback)
  }
  const tick = (): void => {
    const due = [...timers.keys()]
    timers.clear()
    for (const callback of due) callback()
  }
  return { runtime: { ...systemRuntime, setTimer }, pending: () => [...timers.values()], tick }
}

/** Chunks without end, and what became of them. */
function createEndlessSource(chunk: string): {
  readonly chunks: Iterable<string>
  readonly taken: () => number
  readonly released: () => boolean
} {
  let taken = 0
  let released = false
  const chunks = (function* endless() {
    try {
      for (;;) {
        taken++
        yield chunk
      }
    } finally {
      released = true
    }
  })()
  return { chunks, taken: () => taken, released: () => released }
}

test.each(['rest', 'binding'] as const)(
  'a stream over %s has exactly the content type of an event stream, and no envelope',
  async (front) => {
    await using emulator = await startEmulator({ model: script([{ text: TEXT }]) })
    const response = await ask(emulator, { front })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cf-ai-req-id')).toMatch(/\S/)
    expect(spoken(framesOf(await response.text()))).toBe(TEXT)
    expect(emulator.requests).toMatchObject([{ front, status: 200, abandoned: false }])
  },
)

test("`delayMs` waits before each chunk on the runtime's timer, after the headers", async () => {
  const clock = createHandClock()
  const streaming = { variant: 'native', delayMs: 250 } as const
  const model = script([{ text: 'Hello', streaming }])
  await using emulator = await startEmulator({ model, runtime: clock.runtime })
  const response = await ask(emulator)
  expect(response.status).toBe(200)
  expect(emulator.requests[0]?.status).toBe(200)
  const reader = response.body?.getReader()
  for (const expected of ['"response":"Hello"', '"response":""', '"usage"', '[DONE]']) {
    await expect.poll(clock.pending).toEqual([250])
    clock.tick()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain(expected)
  }
  expect((await reader?.read())?.done).toBe(true)
  expect(clock.pending()).toEqual([])
})

test('a client that leaves during a delay leaves no timer', async () => {
  const clock = createHandClock()
  const model = script([{ text: TEXT, streaming: { delayMs: 1000 } }])
  await using emulator = await startEmulator({ model, runtime: clock.runtime })
  const response = await ask(emulator)
  await expect.poll(clock.pending).toEqual([1000])
  await response.body?.cancel()
  await expect.poll(clock.pending).toEqual([])
  await expect.poll(() => emulator.requests[0]?.abandoned).toBe(true)
})

test('nothing more is taken from a source than a client reads', async () => {
  const source = createEndlessSource('x'.repeat(64 * 1024))
  await using emulator = await startEmulator({ model: script([{ stream: source.chunks }]) })
  const { body } = await ask(emulator)
  const reader = body?.getReader()
  await reader?.read()
  // The buffers of two sockets and of the client fill up, then it stands still.
  let before = -1
  await expect
    .poll(
      () => {
        const still = source.taken() === before
        before = source.taken()
        return still
      },
      { interval: 100 },
    )
    .toBe(true)
  expect(source.taken()).toBeLessThan(500)
  for (let reads = 0; reads < 1000; reads++) await reader?.read()
  expect(source.taken()).toBeGreaterThan(before)
  await reader?.cancel()
  await expect.poll(source.released).toBe(true)
})

test('a source that is still thinking is told when the client leaves', async () => {
  const told = Promise.withResolvers<string>()
  const asked = Promise.withResolvers<void>()
  const model = {
    name: 'slow',
    reply: async (_request: unknown, options?: { readonly signal?: AbortSignal }) => {
      options?.signal?.addEventListener('abort', () => told.resolve('left'))
      asked.resolve()
      return { text: await told.promise }
    },
  }
  await using emulator = await startEmulator({ model })
  const leaving = new AbortController()
  const answer = ask(emulator, { signal: leaving.signal })
  await asked.promise
  leaving.abort()
  await expect(answer).rejects.toThrow('abort')
  expect(await told.promise).toBe('left')
  await expect.poll(() => emulator.requests[0]?.abandoned).toBe(true)
})

test('a raw stream goes out as it is, also where none was asked for', async () => {
  const stream = ['data: {"respon', new Uint8Array([0xc3]), new Uint8Array([0xa9]), 'no JSON']
  await using emulator = await startEmulator({ model: script(() => ({ stream })) })
  for (const asked of [true, false]) {
    const response = await ask(emulator, { inputs: { stream: asked } })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe('data: {"responéno JSON')
  }
})

test('a raw stream whose source fails breaks the connection', async () => {
  await using emulator = await startEmulator({ model: script([{ stream: brokenRecording() }]) })
  await expect(ask(emulator).then((response) => response.text())).rejects.toThrow('terminated')
})

test('of 1,000 streams, half of them abandoned, nothing stays open', async () => {
  const clock = createHandClock()
  const sources: ReturnType<typeof createEndlessSource>[] = []
  const model = script(({ inputs }) => {
    const kind = Number(inputs['seed']) % 4
    if (kind > 1) return { text: TEXT }
    if (kind === 1) return { text: TEXT, streaming: { fault: { type: 'silent' } } }
    const source = createEndlessSource(`data: {"response":"${'x'.repeat(32_000)}"}\n\n`)
    sources.push(source)
    return { stream: source.chunks }
  })
  const before = countSockets()
  const emulator = await startEmulator({ model, runtime: clock.runtime })
  for (let round = 0; round < 20; round++) {
    const answers = Array.from({ length: 50 }, async (_, index) => {
      const response = await ask(emulator, { inputs: { seed: round * 50 + index + 1 } })
      if ((index + 1 + round * 50) % 4 > 1) return response.text()
      return response.body?.cancel()
    })
    await Promise.all(answers)
  }
  const abandoned = () => emulator.requests.filter((request) => request.abandoned).length
  await expect.poll(abandoned).toBe(500)
  expect(sources).toHaveLength(250)
  expect(sources.every((source) => source.released())).toBe(true)
  expect(clock.pending()).toEqual([])
  await emulator.close()
  await expect.poll(countSockets).toBeLessThanOrEqual(before)
})

function* brokenRecording(): Generator<string> {
  yield 'data: {"response":"Hi"}\n\n'
  throw new Error('The recording is broken.')
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length
}
