import { createAgent, foldEvents, tool, isRunEvent, type RunEvent } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const reason = new Error('enough')

/** A run with three calls, of which at most two run at once; the first aborts the run, none heeds the signal. */
const abortedRun = async () => {
  const controller = new AbortController()
  let entered = 0
  const deaf = tool({
    name: 'deaf',
    description: 'Ignores the signal',
    input: z.object({}),
    execute: () => {
      if (++entered === 2) controller.abort(reason)
      return new Promise(() => {})
    },
  })
  const toolCalls = [{ toolName: 'deaf' }, { toolName: 'deaf' }, { toolName: 'deaf' }]
  const backend = scriptedBackend([{ toolCalls }, 'Never.'])
  const agent = createAgent({ backend, model, tools: [deaf], maxParallelCalls: 2 })
  const stream = agent.stream('Go', { signal: controller.signal })
  const events: RunEvent[] = []
  await expect(async () => {
    for await (const event of stream) if (isRunEvent(event)) events.push(event)
  }).rejects.toBe(reason)
  return { events, entered: () => entered, backend, controller }
}

test('an aborted run settles although its tools ignore the signal, and dispatches nothing more', async () => {
  const { entered, backend, events } = await abortedRun()
  expect(entered()).toBe(2)
  expect(backend.requests).toHaveLength(1)
  expect(events.at(-1)).toMatchObject({ type: 'run-end', stopReason: 'aborted' })
})

test('every call of an aborted run is answered: what was under way may have happened, the rest did not', async () => {
  const { events } = await abortedRun()
  const state = foldEvents(events)
  expect(state.openCalls).toEqual([])
  const answers = state.messages.flatMap((message) =>
    message.role === 'tool' ? [message.content] : [],
  )
  expect(answers).toHaveLength(3)
  expect(answers[0]).toContain('may have had its effect')
  expect(answers[1]).toContain('may have had its effect')
  expect(answers[2]).toContain('Not run')
})

test('the conversation of an aborted run can be gone on with', async () => {
  const { events } = await abortedRun()
  const { messages } = foldEvents(events)
  const backend = scriptedBackend(['Fine.'])
  const result = await createAgent({ backend, model }).run([
    ...messages,
    { role: 'user', content: 'And now?' },
  ])
  expect(result.text).toBe('Fine.')
})

describe('a signal that a thousand runs share', () => {
  /** A signal that counts who listens to it. */
  const counted = () => {
    const { signal } = new AbortController()
    const count = { now: 0, most: 0 }
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      count.most = Math.max(count.most, ++count.now)
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      count.now--
      remove(...given)
    }
    return { signal, count }
  }
  const look = tool({
    name: 'look',
    description: 'Looks',
    input: z.object({}),
    execute: () => 'nothing',
  })
  /** A retry, a stream and two calls, under every time limit. */
  const start = (signal: AbortSignal): Promise<unknown> => {
    const toolCalls = [{ toolName: 'look' }, { toolName: 'look' }]
    const backend = scriptedBackend([{ wire: {}, status: 503 }, { toolCalls }, 'Done.'])
    const options = { backend, model, tools: [look], runtime: fakeRuntime() }
    const agent = createAgent({ ...options, stream: 'always', timeouts: { runMs: 60_000 } })
    return agent.stream('Go', { signal }).result
  }

  test('has one listener while one runs, whatever that does, and none afterwards', async () => {
    const { signal, count } = counted()
    for (let run = 0; run < 1000; run++) await start(signal)
    expect(count).toEqual({ now: 0, most: 1 })
  })

  test('has one for each where all run at once, and none afterwards', async () => {
    const { signal, count } = counted()
    await Promise.all(Array.from({ length: 1000 }, () => start(signal)))
    expect(count).toEqual({ now: 0, most: 1000 })
  })
})

test('an aborted run settles although its backend ignores the signal', async () => {
  const controller = new AbortController()
  const send = (): Promise<Response> => {
    queueMicrotask(() => controller.abort(reason))
    return new Promise(() => {})
  }
  const run = createAgent({ backend: { name: 'deaf', send }, model }).run('Go', controller)
  await expect(run).rejects.toBe(reason)
})

test('an aborted run settles although the check of a result never ends', async () => {
  const controller = new AbortController()
  const check = (): Promise<boolean> => {
    controller.abort(reason)
    return new Promise(() => {})
  }
  const slow = tool({
    name: 'slow',
    description: 'Has a slow check',
    input: z.object({}),
    output: z.string().refine(check),
    execute: () => 'done',
  })
  const backend = scriptedBackend([{ toolCalls: [{ toolName: 'slow' }] }])
  const run = createAgent({ backend, model, tools: [slow] }).run('Go', controller)
  await expect(run).rejects.toBe(reason)
})

test('an abort with a reason that no text can be made of still ends the run, with that reason', async () => {
  const odd: unknown = Object.create(null)
  const stream = createAgent({ backend: scriptedBackend([]), model }).stream('Go', {
    signal: AbortSignal.abort(odd),
  })
  const events: RunEvent[] = []
  await expect(async () => {
    for await (const event of stream) if (isRunEvent(event)) events.push(event)
  }).rejects.toBe(odd)
  expect(events.at(-1)).toMatchObject({ type: 'run-end', stopReason: 'aborted' })
})

test('a signal that is none fails the run and its result', async () => {
  const signal = new AbortController() as unknown // the controller in place of its signal
  const stream = createAgent({ backend: scriptedBackend([]), model }).stream('Go', {
    signal: signal as AbortSignal,
  })
  await expect(Array.fromAsync(stream)).rejects.toThrow('is not a function')
  await expect(stream.result).rejects.toThrow('is not a function')
})
