import { createAgent, runTools, tool, type ToolContext } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string().describe('City name') }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 21 }),
})

const call = (toolName: string, input: Record<string, string | number> = {}) => ({
  toolName,
  input,
})

describe('a run', () => {
  test('calls the tool a model asks for and gives the answer that follows', async () => {
    const backend = scriptedBackend([
      { toolCalls: [call('get_weather', { city: 'Lisbon' })] },
      'It is 21 degrees in Lisbon.',
    ])
    const result = await createAgent({ backend, model, tools: [weather] }).run(
      'Is it warm in Lisbon?',
    )
    expect(result.text).toBe('It is 21 degrees in Lisbon.')
    expect(result.stopReason).toBe('answer')
    expect(result.messages).toEqual([
      { role: 'user', content: 'Is it warm in Lisbon?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { toolCallId: 'call00001', toolName: 'get_weather', input: { city: 'Lisbon' } },
        ],
      },
      {
        role: 'tool',
        toolCallId: 'call00001',
        toolName: 'get_weather',
        content: '{"city":"Lisbon","celsius":21}',
      },
      { role: 'assistant', content: 'It is 21 degrees in Lisbon.' },
    ])
    expect(result.steps.map((step) => [step.toolCalls.length, step.finishReason])).toEqual([
      [1, 'tool-calls'],
      [0, 'stop'],
    ])
    backend.assertComplete()
  })

  test('costs exactly one request when no tool is needed', async () => {
    const backend = scriptedBackend(['Hello.'])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Hi')
    expect(backend.requests).toHaveLength(1)
    expect(result.usage.requests).toBe(1)
  })

  test('sends instructions first and leaves them out of the conversation it gives back', async () => {
    const backend = scriptedBackend(['Oui.'])
    const agent = createAgent({ backend, model, instructions: 'Answer in French.' })
    const result = await agent.run('Yes?')
    expect(backend.requests[0]?.inputs.messages).toEqual([
      { role: 'system', content: 'Answer in French.' },
      { role: 'user', content: 'Yes?' },
    ])
    expect(result.messages.map((message) => message.role)).toEqual(['user', 'assistant'])
  })

  test('goes on from its own messages after a round trip through JSON', async () => {
    const first = await createAgent({
      backend: scriptedBackend([
        { toolCalls: [call('get_weather', { city: 'Oslo' })] },
        'Cold in Oslo.',
      ]),
      model,
      tools: [weather],
    }).run('Oslo?')
    const stored: typeof first.messages = JSON.parse(JSON.stringify(first.messages))
    const backend = scriptedBackend([
      { toolCalls: [call('get_weather', { city: 'Rome' })] },
      'Warm in Rome.',
    ])
    const agent = createAgent({ backend, model, tools: [weather] })
    const second = await agent.run([...stored, { role: 'user', content: 'And Rome?' }])
    expect(second.messages.slice(0, stored.length)).toEqual(first.messages)
    const ids = second.messages.flatMap((message) =>
      message.role === 'tool' ? [message.toolCallId] : [],
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('is one call inside a service with runTools', async () => {
    const backend = scriptedBackend([
      { toolCalls: [call('get_weather', { city: 'Lisbon' })] },
      'Warm.',
    ])
    const result = await runTools({ backend, model, messages: 'Lisbon?', tools: [weather] })
    expect(result.text).toBe('Warm.')
  })

  test('sums what its requests cost', async () => {
    const usage = { inputTokens: 100, outputTokens: 10 }
    const backend = scriptedBackend([
      { toolCalls: [call('get_weather', { city: 'Lisbon' })], usage },
      { text: 'Warm.', usage },
    ])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Lisbon?')
    expect(result.usage).toEqual({
      inputTokens: 200,
      outputTokens: 20,
      totalTokens: 220,
      usd: expect.closeTo((200 * 4119 + 20 * 34_868) * 0.011e-9, 12),
      requests: 2,
    })
  })
})

describe('the calls of one reply', () => {
  const log: string[] = []
  const gates = new Map<string, () => void>()
  const slow = tool({
    name: 'slow',
    description: 'Ends when it is told to',
    input: z.object({ id: z.string() }),
    execute: async ({ id }) => {
      log.push(`start ${id}`)
      await new Promise<void>((resolve) => gates.set(id, resolve))
      log.push(`end ${id}`)
      return id
    },
  })

  test('run side by side, and are answered in call order whichever ends first', async () => {
    const backend = scriptedBackend([
      { toolCalls: [call('slow', { id: 'a' }), call('slow', { id: 'b' })] },
      'Done.',
    ])
    const running = createAgent({ backend, model, tools: [slow] }).run('Go')
    await until(() => gates.size === 2)
    gates.get('b')?.()
    await until(() => log.includes('end b'))
    gates.get('a')?.()
    const result = await running
    expect(log).toEqual(['start a', 'start b', 'end b', 'end a'])
    expect(result.steps[0]?.toolResults.map((answer) => answer.output)).toEqual(['a', 'b'])
    const answers = backend.requests[1]?.inputs.messages?.filter(({ role }) => role === 'tool')
    expect(answers?.map(({ content }) => content)).toEqual(['a', 'b'])
  })

  test('never exceed the cap on parallel calls', async () => {
    let open = 0
    let most = 0
    const counting = tool({
      name: 'counting',
      description: 'Counts how many run at once',
      input: z.object({}),
      execute: async () => {
        most = Math.max(most, ++open)
        await Promise.resolve()
        await Promise.resolve()
        open--
      },
    })
    const toolCalls = Array.from({ length: 20 }, () => call('counting'))
    const backend = scriptedBackend([{ toolCalls }, 'Done.'])
    const agent = createAgent({ backend, model, tools: [counting], maxParallelCalls: 3 })
    const result = await agent.run('Go')
    expect(most).toBe(3)
    expect(result.steps[0]?.toolResults).toHaveLength(20)
  })

  test('get ids of our own, whatever ids the model sent', async () => {
    const wire = {
      tool_calls: [
        {
          id: 'same',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"city":"A"}' },
        },
        {
          id: 'same',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"city":"B"}' },
        },
      ],
    }
    const backend = scriptedBackend([{ wire }, 'Done.'])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Go')
    expect(result.steps[0]?.toolCalls.map(({ toolCallId }) => toolCallId)).toEqual([
      'call00001',
      'call00002',
    ])
  })
})

describe('what the model can repair goes back to the model', () => {
  const run = async (
    toolName: string,
    input: Record<string, string | number>,
    tools = [weather],
  ) => {
    const backend = scriptedBackend([{ toolCalls: [call(toolName, input)] }, 'I see.'])
    const result = await createAgent({ backend, model, tools }).run('Go')
    expect(result.stopReason).toBe('answer')
    return result.steps[0]?.toolResults[0]
  }

  test('an unknown tool, with the nearest one named', async () => {
    expect(await run('get_wether', { city: 'Rome' })).toMatchObject({
      isError: true,
      output:
        'There is no tool named `get_wether`. Did you mean `get_weather`? The tools are: get_weather.',
    })
  })

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'a tool named %s, which every object seems to have',
    async (name) => {
      const answer = await run(name, {})
      expect(answer?.isError).toBe(true)
      expect(answer?.output).toContain('There is no tool named')
    },
  )

  test('an input that does not fit, with the place and what was expected', async () => {
    const answer = await run('get_weather', { town: 'Rome' })
    expect(answer?.isError).toBe(true)
    expect(answer?.output).toContain('was not run')
    expect(answer?.output).toContain('city')
  })

  test('a tool that throws an error, with its name and message', async () => {
    const failing = tool({
      name: 'failing',
      description: 'Always fails',
      input: z.object({}),
      execute: () => {
        throw new RangeError('no such place')
      },
    })
    const backend = scriptedBackend([{ toolCalls: [call('failing')] }, 'It failed.'])
    const result = await createAgent({ backend, model, tools: [failing] }).run('Go')
    expect(result.steps[0]?.toolResults[0]).toMatchObject({
      isError: true,
      output: 'The tool `failing` failed: RangeError: no such place',
    })
    expect(result.messages[2]).toMatchObject({ role: 'tool', isError: true })
  })

  test.each([
    ['a string', 'nope'],
    ['undefined', undefined],
    ['a frozen object', Object.freeze({ why: 'frozen' })],
    [
      'an error whose message cannot be read',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('gotcha')
        },
      }),
    ],
  ])('a tool that throws %s', async (_what, thrown) => {
    const failing = tool({
      name: 'failing',
      description: 'Always fails',
      input: z.object({}),
      execute: () => Promise.reject(thrown),
    })
    const backend = scriptedBackend([{ toolCalls: [call('failing')] }, 'It failed.'])
    const result = await createAgent({ backend, model, tools: [failing] }).run('Go')
    expect(result.text).toBe('It failed.')
    expect(result.steps[0]?.toolResults[0]?.isError).toBe(true)
  })

  test('a result that does not match the output schema of its own tool', async () => {
    const lying = tool({
      name: 'lying',
      description: 'Promises a number',
      input: z.object({}),
      output: z.object({ count: z.number() }),
      // What a handler in plain JavaScript may do.
      execute: () => JSON.parse('{"count":"many"}'),
    })
    const backend = scriptedBackend([{ toolCalls: [call('lying')] }, 'Hm.'])
    const result = await createAgent({ backend, model, tools: [lying] }).run('Go')
    expect(result.steps[0]?.toolResults[0]?.output).toContain(
      'does not match its own output schema',
    )
  })

  test('arguments that are no JSON, while the readable call beside them runs', async () => {
    const wire = {
      tool_calls: [
        { name: 'get_weather', arguments: '{"city":"Li' },
        { name: 'get_weather', arguments: '{"city":"Rome"}' },
      ],
    }
    const backend = scriptedBackend([{ wire }, 'Done.'])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Go')
    expect(result.steps[0]?.toolResults.map(({ isError }) => isError)).toEqual([true, false])
    expect(result.steps[0]?.toolCalls[0]?.input).toEqual({})
  })

  test('arguments that try to reach a prototype, with nothing polluted', async () => {
    const wire = {
      tool_calls: [
        { name: 'get_weather', arguments: '{"city":"Rome","__proto__":{"polluted":1}}' },
      ],
    }
    const backend = scriptedBackend([{ wire }, 'Done.'])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Go')
    expect(result.steps[0]?.toolResults[0]?.output).toContain('`__proto__` is not allowed')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('arguments nested two hundred thousand levels deep', async () => {
    const deep = `{"city":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const wire = { tool_calls: [{ name: 'get_weather', arguments: deep }] }
    const backend = scriptedBackend([{ wire }, 'Done.'])
    const result = await createAgent({ backend, model, tools: [weather] }).run('Go')
    expect(result.steps[0]?.toolResults[0]?.output).toContain('at most 64 levels')
  })
})

describe('a tool', () => {
  test('gets the parsed input, the conversation, the caller’s context and a stable key', async () => {
    const seen: ToolContext<{ user: string }>[] = []
    const spy = tool({
      name: 'spy',
      description: 'Looks around',
      input: z.object({ n: z.number().default(7) }),
      execute: ({ n }, ctx: ToolContext<{ user: string }>) => {
        seen.push(ctx)
        return n
      },
    })
    const backend = scriptedBackend([
      { toolCalls: [call('spy'), call('spy', { n: 1 })] },
      { toolCalls: [call('spy')] },
      'Done.',
    ])
    const agent = createAgent({ backend, model, tools: [spy], runtime: fakeRuntime() })
    const result = await agent.run('Go', { context: { user: 'ada' } })
    expect(seen.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'run-1.1.0',
      'run-1.1.1',
      'run-1.2.0',
    ])
    expect(seen.map(({ step }) => step)).toEqual([1, 1, 2])
    expect(seen[0]?.context).toEqual({ user: 'ada' })
    expect(seen[0]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(seen[2]?.messages).toHaveLength(5)
    expect(result.steps[0]?.toolResults.map(({ output }) => output)).toEqual(['7', '1'])
  })

  test('cannot change the history through its input', async () => {
    const careless = tool({
      name: 'careless',
      description: 'Changes what it was given',
      input: {
        type: 'object',
        properties: { list: { type: 'array', description: 'A list', items: { type: 'number' } } },
      },
      execute: (input) => {
        Object.assign(input, { list: 'gone' })
        return 'ok'
      },
    })
    const backend = scriptedBackend([
      { toolCalls: [{ toolName: 'careless', input: { list: [1, 2] } }] },
      'Done.',
    ])
    const result = await createAgent({ backend, model, tools: [careless] }).run('Go')
    expect(result.steps[0]?.toolCalls[0]?.input).toEqual({ list: [1, 2] })
  })
})

/** Lets everything that is ready run, until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn++) await Promise.resolve()
  expect(condition()).toBe(true)
}
