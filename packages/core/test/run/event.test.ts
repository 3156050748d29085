import {
  createAgent,
  foldEvents,
  tool,
  type Backend,
  type RunEvent,
  isRunEvent,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const add = tool({
  name: 'add',
  description: 'Adds two numbers',
  input: z.object({ a: z.number(), b: z.number() }),
  effect: 'read',
  execute: ({ a, b }) => a + b,
})
const script: ScriptEntry[] = [
  {
    toolCalls: [
      { toolName: 'add', input: { a: 1, b: 2 } },
      { toolName: 'add', input: { a: 'x', b: 2 } },
    ],
  },
  'Three.',
]

const collect = async (entries: ScriptEntry[]): Promise<RunEvent[]> => {
  const agent = createAgent({
    backend: scriptedBackend(entries),
    model,
    tools: [add],
    runtime: fakeRuntime(),
  })
  const events: RunEvent[] = []
  for await (const event of agent.stream('1 + 2?')) if (isRunEvent(event)) events.push(event)
  return events
}

describe('the events of a run', () => {
  test('announce every effect before it happens and close it afterwards', async () => {
    expect((await collect(script)).map(({ type }) => type)).toEqual([
      'run-start',
      'model-request',
      'model-reply',
      'tool-call',
      'tool-result',
      'tool-result',
      'step-end',
      'model-request',
      'model-reply',
      'run-end',
    ])
  })

  test('count from 0 without gaps and survive JSON unchanged', async () => {
    const events = await collect(script)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index))
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    expect(structuredClone(events)).toEqual(events)
  })

  test('are the same when the same run happens again', async () => {
    expect(await collect(script)).toEqual(await collect(script))
  })

  test('tell the whole state of the run on their own', async () => {
    const agent = createAgent({ backend: scriptedBackend(script), model, tools: [add] })
    const result = await agent.run('1 + 2?')
    const state = foldEvents(JSON.parse(JSON.stringify(result.events)))
    expect(state.messages).toEqual(result.messages)
    expect(state.steps).toEqual(result.steps)
    expect(state.usage).toEqual(result.usage)
    expect(state.stopReason).toBe(result.stopReason)
    expect(state.text).toBe(result.text)
    expect(state.openCalls).toEqual([])
  })

  test('say at every point which calls are still open', async () => {
    const events = await collect(script)
    const open = events.map(
      (_event, index) => foldEvents(events.slice(0, index + 1)).openCalls.length,
    )
    expect(open).toEqual([0, 0, 2, 2, 1, 0, 0, 0, 0, 0])
  })

  test('hold the chosen limit of tokens, never the platform’s default', async () => {
    const requests = (await collect(script)).filter((event) => event.type === 'model-request')
    expect(requests.map(({ maxTokens }) => maxTokens)).toEqual([2048, 2048])
  })

  test('keep calls that a wrong input stopped apart from those that were dispatched', async () => {
    const results = (await collect(script)).filter((event) => event.type === 'tool-result')
    // The second call is answered first: it needs no tool.
    expect(results.map(({ dispatched, isError }) => [dispatched, isError])).toContainEqual([
      false,
      true,
    ])
    expect(results.map(({ dispatched, isError }) => [dispatched, isError])).toContainEqual([
      true,
      false,
    ])
  })

  test('come while the run goes on, not at its end', async () => {
    const answer = Promise.withResolvers<string>()
    const backend = scriptedBackend([() => answer.promise])
    const events = createAgent({ backend, model }).stream('Hi')[Symbol.asyncIterator]()
    expect((await events.next()).value).toMatchObject({ type: 'run-start' })
    expect((await events.next()).value).toMatchObject({ type: 'model-request' })
    const next = events.next()
    answer.resolve('Hello.')
    expect((await next).value).toMatchObject({ type: 'text-delta', text: 'Hello.' })
  })

  test('end with a result for whoever wants it, and without one they cause no unhandled rejection', async () => {
    const run = createAgent({ backend: scriptedBackend(['Hello.']), model }).stream('Hi')
    for await (const event of run) expect(event.type).toBeTypeOf('string')
    expect((await run.result).text).toBe('Hello.')
    // Never looked at: the runner would report its rejection.
    const failing = createAgent({ backend: scriptedBackend([]), model }).stream('Hi')
    await expect(Array.fromAsync(failing)).rejects.toThrow('request 1 came')
  })

  test('stop the run when their reader leaves', async () => {
    let aborted: unknown
    const backend = scriptedBackend([{ toolCalls: [{ toolName: 'wait' }] }, 'Never asked for.'])
    const wait = tool({
      name: 'wait',
      description: 'Waits to be aborted',
      input: z.object({}),
      execute: (_input, { signal }) => {
        signal.addEventListener('abort', () => (aborted = signal.reason))
        return new Promise(() => {})
      },
    })
    const run = createAgent({ backend, model, tools: [wait] }).stream('Go')
    for await (const event of run) if (event.type === 'tool-call') break
    expect(aborted).toMatchObject({ name: 'AbortError' })
    expect(backend.requests).toHaveLength(1)
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('reach no tool through what a reader does to them', async () => {
    const backend = scriptedBackend([
      { toolCalls: [{ toolName: 'add', input: { a: 1, b: 2 } }] },
      'Three.',
    ])
    const run = createAgent({ backend, model, tools: [add] }).stream('Go')
    const outputs: string[] = []
    for await (const event of run) {
      if (event.type === 'model-reply') {
        for (const { input } of event.toolCalls) Object.assign(Object(input), { a: 40 })
      }
      if (event.type === 'tool-result') outputs.push(event.output)
    }
    expect(outputs).toEqual(['3'])
  })

  test('stop a request under way when their reader leaves', async () => {
    const entered = Promise.withResolvers<AbortSignal | undefined>()
    const send: Backend['send'] = (_request, { signal }) => {
      entered.resolve(signal)
      return new Promise(() => {})
    }
    const run = createAgent({ backend: { name: 'slow', send }, model }).stream('Go')
    const events = run[Symbol.asyncIterator]()
    await events.next()
    await events.next()
    const next = events.next()
    const signal = await entered.promise
    const left = events.return?.()
    expect(signal?.aborted).toBe(true)
    expect((await next).done).toBe(true)
    await left
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('that nobody began to read settle their result when the reader leaves', async () => {
    const backend = scriptedBackend([])
    const run = createAgent({ backend, model }).stream('Go')
    await run[Symbol.asyncIterator]().return?.()
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' })
    expect(backend.requests).toEqual([])
  })
})
