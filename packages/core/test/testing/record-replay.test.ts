import {
  approve,
  createAgent,
  isRunEvent,
  tool,
  type AgentOptions,
  type Backend,
  type RunEvent,
} from '@drover/core'
import {
  fakeRuntime,
  forbidModelRequests,
  recordingBackend,
  replayBackend,
  scriptedBackend,
} from '@drover/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createOutside, worlds, type World } from '../run/abort-worlds.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const SIMULATED = 50

/** One run of a world over a backend that `via` makes of the world's own; its events, and its error's words. */
async function live(
  world: World,
  isRead: boolean,
  via: (own: Backend) => Backend,
): Promise<{ events: readonly RunEvent[]; error: string | undefined }> {
  const outside = createOutside(world, new AbortController().signal)
  const agent = createAgent({
    ...outside.options,
    backend: via(outside.options.backend),
    runtime: fakeRuntime(),
    ...world.options,
  })
  if (!isRead) {
    try {
      return { events: (await agent.run('Go', { context: outside })).events, error: undefined }
    } catch (error) {
      return { events: [], error: String(error) }
    }
  }
  const events: RunEvent[] = []
  try {
    for await (const event of agent.stream('Go', { context: outside })) {
      if (isRunEvent(event)) events.push(event)
    }
    return { events, error: undefined }
  } catch (error) {
    return { events, error: String(error) }
  }
}

test(`${SIMULATED} simulated runs, read and not, replay to identical events`, async () => {
  const seen = { streamed: 0, tools: 0, failed: 0, recovered: 0 }
  for (const [index, world] of fc.sample(worlds, SIMULATED).entries()) {
    const recording: { text?: () => string; takeRun?: (events: readonly object[]) => void } = {}
    const isRead = index % 2 === 0
    const first = await live(world, isRead, (own) => {
      const backend = recordingBackend(own)
      Object.assign(recording, backend)
      return backend
    })
    recording.takeRun?.(first.events)
    const text = recording.text?.() ?? ''
    const replay = replayBackend(text)
    const second = await live(world, isRead, () => replay)
    expect(second).toEqual(first)
    replay.takeRun(second.events)
    replay.assertComplete()
    if (text.includes('"chunks"')) seen.streamed++
    const types = first.events.map(({ type }) => type)
    if (types.includes('tool-result')) seen.tools++
    if (types.includes('model-error')) seen.failed++
    if (types.includes('call-recovered')) seen.recovered++
  }
  // The sample holds what it is there for.
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(2)
})

const pay = tool({
  name: 'pay',
  description: 'Pays an amount',
  input: z.object({ amount: z.number() }),
  approval: true,
  execute: ({ amount }) => `paid ${amount}`,
})
const payer = (backend: Backend, options: Partial<AgentOptions> = {}) =>
  createAgent({ backend, model, tools: [pay], runtime: fakeRuntime(), ...options })

test('a run that waits for approval and goes on replays as a whole', async () => {
  const script = [{ toolCalls: [{ toolName: 'pay', input: { amount: 40 } }] }, 'Paid.']
  const twice = async (backend: Backend): Promise<readonly RunEvent[]> => {
    const agent = payer(backend)
    const { events, approvals } = await agent.run('Pay 40')
    return (await agent.run({ events, decisions: approvals.map(approve) })).events
  }
  const recording = recordingBackend(scriptedBackend(script))
  const events = await twice(recording)
  recording.takeRun(events)
  const replay = replayBackend(recording.text())
  const again = await twice(replay)
  expect(again).toEqual(events)
  expect(again.at(-1)).toMatchObject({ stopReason: 'answer', text: 'Paid.' })
  replay.takeRun(again)
  replay.assertComplete()
})

test('an aborted request replays as one that is answered by nothing until it is aborted', async () => {
  const silent: Backend = {
    name: 'silent',
    send: (_request, { signal }) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      ),
  }
  const aborted = async (backend: Backend): Promise<unknown> => {
    const controller = new AbortController()
    const run = payer(backend).stream('Go', { signal: controller.signal, onLeave: 'continue' })
    for await (const { type } of run) if (type === 'model-request') break
    controller.abort(new Error('enough'))
    return run.result.catch((error: unknown) => error)
  }
  const recording = recordingBackend(silent)
  expect(await aborted(recording)).toEqual(new Error('enough'))
  const replay = replayBackend(recording.text())
  expect(JSON.parse(recording.text()).exchanges[0].answer).toBe('left')
  expect(await aborted(replay)).toEqual(new Error('enough'))
  replay.assertComplete()
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A backend whose answers come in these chunks, and break behind them where `breaks` says so. */
const inChunks = (chunks: readonly Uint8Array[], breaks?: Error): Backend => ({
  name: 'chunks',
  send: () => {
    let next = 0
    const body = new ReadableStream({
      pull: (controller) => {
        const chunk = chunks[next++]
        if (chunk !== undefined) controller.enqueue(chunk)
        else if (breaks === undefined) controller.close()
        else controller.error(breaks)
      },
    })
    return Promise.resolve(
      new Response(body, { headers: { 'content-type': 'text/event-stream', 'set-cookie': 'a=b' } }),
    )
  },
})

const request = { model, inputs: {}, body: () => '{"prompt":"Hi"}' }

async function chunksOf(backend: Backend): Promise<{ chunks: string[]; error: unknown }> {
  const chunks: string[] = []
  const response = await backend.send(request, {})
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const read = await reader?.read()
      if (read === undefined || read.done) return { chunks, error: undefined }
      chunks.push(Buffer.from(read.value).toString('hex'))
    }
  } catch (error) {
    return { chunks, error }
  }
}

test('any bytes in any chunks come back in the same chunks', async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc
      .constantFrom('data: {"response":"é"}\n\n', 'data: [DONE]\n\n', '\uFEFFdata:', '\r\n')
      .map(bytes),
    fc.jsonValue().map((value) => bytes(`data: ${JSON.stringify(value)}\n\n`)),
  )
  const chunked = fc.array(
    body.filter((chunk) => chunk.length > 0),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(chunked, fc.boolean(), async (chunks, isBroken) => {
      const recording = recordingBackend(
        inChunks(chunks, isBroken ? new Error('reset by peer') : undefined),
      )
      const first = await chunksOf(recording)
      const again = await chunksOf(replayBackend(recording.text()))
      expect(again.chunks).toEqual(first.chunks)
      expect(again.error).toEqual(isBroken ? new TypeError('reset by peer') : undefined)
    }),
    { numRuns: 1000 },
  )
})

test('who leaves a stream behind its end mark has read it to its end', async () => {
  const recording = recordingBackend(scriptedBackend(['Hi.', 'Hi.']))
  const agent = payer(recording, { stream: 'always' })
  await agent.run('Hello')
  const response = await recording.send({ ...request, body: () => '{"stream":true}' }, {})
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  const { exchanges } = JSON.parse(recording.text())
  const endings = exchanges.map(({ answer }: { answer: { body: object } }) => answer.body)
  expect(endings).toMatchObject([{ ending: 'end' }, { ending: 'left' }])
})

test('a request without an answer fails in the same words', async () => {
  const recording = recordingBackend(scriptedBackend([new TypeError('fetch failed')]))
  await expect(recording.send(request, {})).rejects.toThrow('fetch failed')
  await expect(replayBackend(recording.text()).send(request, {})).rejects.toThrow(
    new TypeError('fetch failed'),
  )
})

test('of the headers, those are kept that a reader looks at', async () => {
  const recording = recordingBackend(
    scriptedBackend([
      {
        wire: {},
        status: 429,
        headers: { 'retry-after': '3', 'set-cookie': 'a=b', 'cf-ray': 'x' },
      },
    ]),
  )
  await recording.send(request, {})
  const { headers, status } = await replayBackend(recording.text()).send(request, {})
  expect(status).toBe(429)
  expect(Object.fromEntries(headers)).toEqual({
    'content-type': 'application/json',
    'retry-after': '3',
  })
})

test('a replay takes no time unless it is told to take the recorded one', async () => {
  const times = [0, 20, 25, 55]
  const now = (): number => times.shift() ?? 55
  const recording = recordingBackend(inChunks([bytes('data: 1\n\n'), bytes('data: 2\n\n')]), {
    timing: true,
    runtime: { now },
  })
  const { chunks } = await chunksOf(recording)
  for (const timing of [true, false]) {
    const runtime = fakeRuntime()
    expect(await chunksOf(replayBackend(recording.text(), { timing, runtime }))).toEqual({
      chunks,
      error: undefined,
    })
    expect(runtime.waits).toEqual(timing ? [20, 5, 30] : [])
  }
})

test('a replay may be asked while model requests are forbidden', async () => {
  const recording = recordingBackend(scriptedBackend(['Hi.']))
  await payer(recording).run('Hello')
  const allow = forbidModelRequests()
  try {
    expect((await payer(replayBackend(recording.text())).run('Hello')).text).toBe('Hi.')
  } finally {
    allow()
  }
})

test('a cassette is text to be reviewed: each request holds what is new in it', async () => {
  const script = ['One.', 'Two.', 'Three.']
  const recording = recordingBackend(scriptedBackend(script), { runtime: fakeRuntime() })
  let messages: Parameters<ReturnType<typeof payer>['run']>[0] = 'Begin'
  for (const word of script) {
    const result = await payer(recording).run(messages)
    expect(result.text).toBe(word)
    messages = [...result.messages, { role: 'user', content: `After ${word}` }]
  }
  const cassette = JSON.parse(recording.text())
  expect(cassette.exchanges[2].request).toEqual({
    model,
    same: { inputs: ['tools', 'max_tokens'], messages: 3 },
    inputs: {
      messages: [
        { role: 'assistant', content: 'Two.' },
        { role: 'user', content: 'After Two.' },
      ],
    },
  })
  expect(
    Math.max(
      ...recording
        .text()
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(120)
})
