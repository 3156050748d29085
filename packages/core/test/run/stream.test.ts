import {
  createAgent,
  isRunEvent,
  tool,
  type AgentOptions,
  type RunEvent,
  type StreamEvent,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { streamed, textOf } from './streamed.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string().describe('City name') }),
  effect: 'read',
  execute: ({ city }) => `Sunny in ${city}.`,
})
const call = { toolName: 'get_weather', input: { city: 'Lisbon' } }

const agentOf = (script: readonly ScriptEntry[], options: Partial<AgentOptions> = {}) => {
  const backend = scriptedBackend(script)
  const agent = createAgent({
    backend,
    model,
    tools: [weather],
    runtime: fakeRuntime(),
    ...options,
  })
  return { agent, backend }
}

const busy = { wire: { errors: [{ code: 3040, message: 'Capacity' }] }, status: 429 }

describe('a run that is read while it goes on', () => {
  test('keeps the same events as one that is not, whatever happens in it', async () => {
    const scripts: readonly (readonly ScriptEntry[])[] = [
      ['Good day to you.'],
      [{ text: 'Let me see.', toolCalls: [call, call] }, 'It is sunny.'],
      [busy, { toolCalls: [call] }, busy, 'It is sunny.'],
      ['{"name":"get_weather","parameters":{"city":"Lisbon"}}', 'It is sunny.'],
      [{ toolCalls: [{ toolName: 'get_wether', input: { city: 4 } }] }, 'It is sunny.'],
      [{ toolCalls: [{ toolName: 'nothing' }] }, new Error('reset'), 'It is not known.'],
    ]
    for (const script of scripts) {
      const whole = await agentOf(script, { stream: 'never' }).agent.run('Warm in Lisbon?')
      for (const stream of ['never', 'auto', 'always'] as const) {
        const { agent } = agentOf(script, { stream })
        const events = await Array.fromAsync(agent.stream('Warm in Lisbon?'))
        expect(events.filter(isRunEvent)).toEqual(whole.events)
      }
    }
  })

  test.each(['never', 'auto', 'always'] as const)(
    'tells the text of each step in deltas, also where the service is asked for it whole (%s)',
    async (stream) => {
      const { agent } = agentOf(
        [{ text: 'Let me see what I can find.', toolCalls: [call] }, 'It is sunny, and warm too.'],
        { stream },
      )
      const events = await Array.fromAsync(agent.stream('Warm in Lisbon?'))
      expect(textOf(events, 1)).toBe('Let me see what I can find.')
      expect(textOf(events, 2)).toBe('It is sunny, and warm too.')
      expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1)
    },
  )

  test('asks Llama for a stream only where it offers no tools, unless told otherwise', async () => {
    const asked = async (options: Partial<AgentOptions>, input = 'Hi') => {
      const { agent, backend } = agentOf([{ toolCalls: [call] }, { toolCalls: [call] }, 'Done.'], {
        maxSteps: 2,
        ...options,
      })
      await agent.stream(input).result
      return backend.requests.map(({ inputs }) => inputs.stream === true)
    }
    expect(await asked({})).toEqual([false, false, true])
    expect(await asked({ stream: 'always' })).toEqual([true, true, true])
    expect(await asked({ stream: 'never' })).toEqual([false, false, false])
    const model = '@cf/qwen/qwen3-30b-a3b-fp8'
    expect(await asked({ model })).toEqual([true, true, true])
  })

  test('`run` asks for no stream, unless told to always', async () => {
    const { agent, backend } = agentOf(['Hello.'], { tools: [] })
    await agent.run('Hi')
    expect(backend.requests[0]?.inputs.stream).toBeUndefined()
    const always = agentOf(['Hello.'], { tools: [], stream: 'always' })
    expect((await always.agent.run('Hi')).text).toBe('Hello.')
    expect(always.backend.requests[0]?.inputs.stream).toBe(true)
  })

  test('takes an answer that came whole though a stream was asked for, with one request', async () => {
    const { agent, backend } = agentOf([{ wire: { response: 'All at once.' } }], { tools: [] })
    const events = await Array.fromAsync(agent.stream('Hi'))
    expect(textOf(events, 1)).toBe('All at once.')
    expect(backend.requests).toHaveLength(1)
  })

  test('takes a stream that came though none was asked for', async () => {
    const { agent, backend } = agentOf([streamed(['All', ' streamed.'])], { stream: 'never' })
    expect((await agent.run('Hi')).text).toBe('All streamed.')
    expect(backend.requests).toHaveLength(1)
  })

  test('never shows a call that the model wrote as text', async () => {
    const script = ['{"name":"get_weather","parameters":{"city":"Lisbon"}}', 'It is sunny.']
    const { agent } = agentOf(script, { stream: 'always' })
    const events = await Array.fromAsync(agent.stream('Warm in Lisbon?'))
    expect(textOf(events, 1)).toBe('')
    expect(textOf(events, 2)).toBe('It is sunny.')
    expect(events).toContainEqual(expect.objectContaining({ type: 'call-recovered' }))
  })
})

describe('fault C15: a reply that breaks after some of it was shown', () => {
  test('is announced as void, and its text is told once more from the beginning', async () => {
    const { agent, backend } = agentOf(
      [streamed(['It is', ' su'], { end: 'cut' }), 'It is sunny.'],
      {
        tools: [],
      },
    )
    const events = await Array.fromAsync(agent.stream('Warm?'))
    expect(events.map(({ type }) => type)).toEqual([
      'run-start',
      'model-request',
      'text-delta',
      'text-delta',
      'model-error',
      'reply-reset',
      'retry-waiting',
      'model-request',
      'text-delta',
      'text-delta',
      'text-delta',
      'model-reply',
      'run-end',
    ])
    expect(textOf(events, 1)).toBe('It is sunny.')
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'model-error',
        error: expect.objectContaining({ code: 'stream.cut' }),
      }),
    )
    expect(backend.requests).toHaveLength(2)
  })

  test('dispatches nothing, although a call in it was whole', async () => {
    let dispatched = 0
    const count = tool({
      name: 'get_weather',
      description: 'Current weather in a city',
      input: z.object({ city: z.string().describe('City name') }),
      execute: () => `${++dispatched}`,
    })
    const frame = {
      response: '',
      tool_calls: [{ name: 'get_weather', arguments: { city: 'Rome' } }],
    }
    const { agent } = agentOf([streamed([frame], { end: 'cut' }), 'No idea.'], {
      tools: [count],
      stream: 'always',
    })
    expect((await agent.stream('Warm?').result).text).toBe('No idea.')
    expect(dispatched).toBe(0)
  })

  test('fails the run when it breaks every time, with its own code', async () => {
    const cut = () => streamed(['It'], { end: 'cut' })
    const { agent, backend } = agentOf([cut, cut, cut, cut], { tools: [] })
    const run = agent.stream('Warm?')
    await expect(run.result).rejects.toMatchObject({ code: 'stream.cut', retryable: true })
    expect(backend.requests).toHaveLength(4)
  })

  test('a closing call that fails leaves nothing of what it began to say', async () => {
    const { agent } = agentOf(
      [
        { text: 'Looking.', toolCalls: [call] },
        ...Array.from({ length: 4 }, () => () => streamed(['Per'], { end: 'cut' })),
      ],
      { maxSteps: 1 },
    )
    const events = await Array.fromAsync(agent.stream('Warm?'))
    expect(textOf(events, 2)).toBe('')
    expect(events.at(-1)).toMatchObject({ type: 'run-end', stopReason: 'max-steps' })
  })
})

describe('what settles', () => {
  test('the text and the result of a run that nobody reads', async () => {
    const { agent } = agentOf([{ toolCalls: [call] }, 'It is sunny.'])
    const run = agent.stream('Warm?')
    expect(await run.text).toBe('It is sunny.')
    expect((await run.result).stopReason).toBe('answer')
  })

  test('a failed run without a word to anybody who does not ask', async () => {
    // The runner would report an unhandled rejection.
    const run = agentOf([]).agent.stream('Hi')
    void run.text
    await expect(Array.fromAsync(run)).rejects.toThrow('request 1 came')
  })

  test('a run that its stream aborts', async () => {
    const run = agentOf([() => new Promise<string>(() => {})]).agent.stream('Hi')
    const reason = new Error('enough')
    await expect(async () => {
      for await (const event of run) if (event.type === 'model-request') run.abort(reason)
    }).rejects.toBe(reason)
    await expect(run.result).rejects.toBe(reason)
  })
})

test('options of streaming that cannot be kept are refused before any request', () => {
  const options = { backend: scriptedBackend([]), model }
  const wrong = (given: object) => () => createAgent({ ...options, ...given })
  expect(wrong({ stream: 'sometimes' })).toThrow("one of 'auto', 'always', 'never'")
  expect(wrong({ timeouts: { silenceMs: 0 } })).toThrow('`timeouts.silenceMs`')
  expect(wrong({ timeouts: { requestMs: 2 ** 31 } })).toThrow('2147483647')
  expect(wrong({ timeouts: { firstByteMs: Number.NaN } })).toThrow('`timeouts.firstByteMs`')
  const onLeave = 'go on' as 'continue' // wrong on purpose
  expect(() => createAgent(options).stream('Hi', { onLeave })).toThrow("one of 'abort', 'continue'")
})

test('the state of a run is folded from its stream as from its events', async () => {
  const { agent } = agentOf([{ toolCalls: [call] }, 'It is sunny.'])
  const events: StreamEvent[] = await Array.fromAsync(agent.stream('Warm?'))
  const kept: RunEvent[] = events.filter(isRunEvent)
  expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_event, index) => index))
})
