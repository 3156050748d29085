import { createAgent, type WireMessage, type WireToolCall } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { model, weather, yielding } from './subjects.ts'
import type { JsonObject, OpenScene, StagedReply } from './stage.ts'

const calling = (...cities: readonly string[]): StagedReply => ({
  toolCalls: cities.map((city) => ({ toolName: 'get_weather', input: { city } })),
})

/** What a run does with the calls of a reply, and what the model is told of it. */
export function describeToolCalls(open: OpenScene): void {
  describe('a run with tools', () => {
    test('runs the tool that is called and tells the model what it gave', async () => {
      await using scene = await open([calling('Lisbon'), 'It is 21 degrees.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Is it warm in Lisbon?')
      expect(result).toMatchObject({ text: 'It is 21 degrees.', stopReason: 'answer' })
      expect(await wireMessages(scene, 2)).toEqual([
        { role: 'user', content: 'Is it warm in Lisbon?' },
        {
          role: 'assistant',
          content: '{"name":"get_weather","parameters":{"city":"Lisbon"}}',
          tool_calls: [wireCall('call00001', { city: 'Lisbon' })],
        },
        {
          role: 'tool',
          name: 'get_weather',
          tool_call_id: 'call00001',
          content: '{"city":"Lisbon","celsius":21}',
        },
      ])
    })

    test('answers two calls of one reply in their order, one call a turn for Llama', async () => {
      await using scene = await open([calling('Lisbon', 'Oslo'), 'Both are fine.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Lisbon and Oslo?')
      expect(result.messages.map((message) => message.role)).toEqual([
        'user',
        'assistant',
        'tool',
        'tool',
        'assistant',
      ])
      const sent = await wireMessages(scene, 2)
      expect(sent.map(({ role, content }) => `${role}: ${content}`)).toEqual([
        'user: Lisbon and Oslo?',
        'assistant: {"name":"get_weather","parameters":{"city":"Lisbon"}}',
        'tool: {"city":"Lisbon","celsius":21}',
        'assistant: {"name":"get_weather","parameters":{"city":"Oslo"}}',
        'tool: {"city":"Oslo","celsius":21}',
      ])
    })

    test('shows other models the turn as it was, with empty content', async () => {
      await using scene = await open([calling('Lisbon', 'Oslo'), 'Both are fine.'])
      const { backend } = scene
      const agent = createAgent({ backend, model: '@cf/qwen/qwen3-30b-a3b-fp8', tools: [weather] })
      await agent.run('Lisbon and Oslo?')
      const sent = await wireMessages(scene, 2)
      expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool'])
      expect(sent[1]).toMatchObject({
        content: '',
        tool_calls: [
          wireCall('call00001', { city: 'Lisbon' }),
          wireCall('call00002', { city: 'Oslo' }),
        ],
      })
    })

    test('takes as many steps as the model needs', async () => {
      await using scene = await open([calling('A'), calling('B'), calling('C'), 'Done.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('A, B and C?')
      expect(result.steps.map((step) => step.toolCalls.length)).toEqual([1, 1, 1, 0])
      expect(await scene.requests()).toHaveLength(4)
    })

    test('keeps the text that came beside a call', async () => {
      await using scene = await open([
        { text: 'Let me look.', ...Object(calling('Lisbon')) },
        'It is 21 degrees.',
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Lisbon?')
      expect(result.messages[1]).toMatchObject({ role: 'assistant', content: 'Let me look.' })
      const sent = await wireMessages(scene, 2)
      expect(sent[1]?.content).toBe(
        'Let me look.\n{"name":"get_weather","parameters":{"city":"Lisbon"}}',
      )
    })
  })

  describe('the model is told, and goes on, when', () => {
    test('it calls a tool that does not exist', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_wether', input: {} }] },
        'Sorry.',
      ])
      const told = await toldOf(
        scene,
        createAgent({ backend: scene.backend, model, tools: [weather] }),
      )
      expect(told).toContain('There is no tool named `get_wether`. Did you mean `get_weather`?')
    })

    test('the input does not fit the schema', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { town: 'Lisbon' } }] },
        'Sorry.',
      ])
      const told = await toldOf(
        scene,
        createAgent({ backend: scene.backend, model, tools: [weather] }),
      )
      expect(told).toContain('The tool `get_weather` was not run')
      expect(told).toContain('city')
    })

    test('the arguments are half of a JSON text', async () => {
      const half = { name: 'get_weather', arguments: '{"city":"Lis' }
      await using scene = await open([{ result: { response: null, tool_calls: [half] } }, 'Sorry.'])
      const told = await toldOf(
        scene,
        createAgent({ backend: scene.backend, model, tools: [weather] }),
      )
      expect(told).toContain('The arguments could not be read.')
    })

    test('the tool throws', async () => {
      const broken = yielding('broken', () => {
        throw new Error('The disk is full.')
      })
      await using scene = await open([{ toolCalls: [{ toolName: 'broken', input: {} }] }, 'Sorry.'])
      const told = await toldOf(
        scene,
        createAgent({ backend: scene.backend, model, tools: [broken] }),
      )
      expect(told).toBe('The tool `broken` failed: Error: The disk is full.')
    })
  })

  describe('what a tool gives reaches the model', () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = loop
    test.for([
      { what: 'a text as it is', value: 'twenty', seen: 'twenty' },
      { what: 'an object as JSON', value: { n: 1 }, seen: '{"n":1}' },
      { what: 'nothing as an empty text', value: undefined, seen: '' },
      {
        what: 'a BigInt as its digits',
        value: { n: 12_345_678_901_234_567_890n },
        seen: '{"n":"12345678901234567890"}',
      },
      { what: 'a cycle with a mark', value: loop, seen: '{"name":"loop","self":"[circular]"}' },
    ])('$what', async ({ value, seen }) => {
      const give = yielding('give', () => value)
      await using scene = await open([{ toolCalls: [{ toolName: 'give', input: {} }] }, 'Thanks.'])
      expect(
        await toldOf(scene, createAgent({ backend: scene.backend, model, tools: [give] })),
      ).toBe(seen)
    })

    test('with its middle left out where it is very long', async () => {
      const give = yielding('give', () => 'x'.repeat(1_000_000))
      await using scene = await open([{ toolCalls: [{ toolName: 'give', input: {} }] }, 'Thanks.'])
      const told = await toldOf(
        scene,
        createAgent({ backend: scene.backend, model, tools: [give] }),
      )
      expect(told.length).toBeLessThanOrEqual(24_000)
      expect(told).toContain('1000000 characters in all')
    })
  })

  describe('a run that reached its steps', () => {
    test('asks once more without tools, and ends with that answer', async () => {
      await using scene = await open([calling('A'), calling('B'), 'I know A and B.'])
      const { backend } = scene
      const result = await createAgent({ backend, model, tools: [weather], maxSteps: 2 }).run(
        'All?',
      )
      expect(result).toMatchObject({ text: 'I know A and B.', stopReason: 'max-steps' })
      const requests = await scene.requests()
      expect(requests.map(({ inputs }) => 'tools' in inputs)).toEqual([true, true, false])
      const reminder = requests[2]?.inputs.messages?.at(-1)
      expect(reminder).toMatchObject({ role: 'system' })
      expect(result.steps.at(-1)?.closing).toBe(true)
    })

    test('ends at once where no closing call is wanted', async () => {
      await using scene = await open([calling('A')])
      const { backend } = scene
      const agent = createAgent({
        backend,
        model,
        tools: [weather],
        maxSteps: 1,
        closingCall: false,
      })
      const result = await agent.run('All?')
      expect(result.stopReason).toBe('max-steps')
      expect(await scene.requests()).toHaveLength(1)
    })
  })
}

type Scene = Awaited<ReturnType<OpenScene>>

async function wireMessages(scene: Scene, request: number): Promise<readonly WireMessage[]> {
  return (await scene.requests())[request - 1]?.inputs.messages ?? []
}

/** Runs an agent whose first reply calls one tool, and gives what the model then read of it. */
async function toldOf(scene: Scene, agent: ReturnType<typeof createAgent>): Promise<string> {
  const result = await agent.run('Please use your tool.')
  expect(result.stopReason).toBe('answer')
  const last = (await wireMessages(scene, 2)).at(-1)
  expect(last).toMatchObject({ role: 'tool' })
  return last?.content ?? ''
}

const wireCall = (id: string, input: JsonObject): WireToolCall => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: JSON.stringify(input) },
})
