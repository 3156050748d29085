import { createAgent, generate } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { describeWeather, model, weather } from './subjects.ts'
import type { OpenScene } from './stage.ts'

/** What a run asks for and what it makes of an answer without calls. */
export function describeAnswers(open: OpenScene): void {
  describe('an answer', () => {
    test('costs exactly one request, also where tools are offered', async () => {
      await using scene = await open(['Hello.'])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Hi')
      expect(result).toMatchObject({ text: 'Hello.', stopReason: 'answer' })
      expect(result.steps).toHaveLength(1)
      expect(result.usage.requests).toBe(1)
      expect(await scene.requests()).toHaveLength(1)
    })

    test.for([model, '@cf/meta/llama-3.1-70b-instruct'])('comes from %s', async (asked) => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
        'Warm.',
      ])
      const agent = createAgent({ backend: scene.backend, model: asked, tools: [weather] })
      expect(await agent.run('Lisbon?')).toMatchObject({ text: 'Warm.', stopReason: 'answer' })
      expect((await scene.requests()).map((request) => request.model)).toEqual([asked, asked])
    })

    test('is asked for with the model, the conversation and a `max_tokens` of our own', async () => {
      await using scene = await open(['Hello.'])
      const agent = createAgent({ backend: scene.backend, model, instructions: 'Be brief.' })
      const result = await agent.run('Hi')
      expect(await scene.requests()).toMatchObject([{ model }])
      const [request] = await scene.requests()
      expect(request?.inputs).toEqual({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 2048,
      })
      expect(result.steps[0]?.maxTokens).toBe(2048)
    })

    test('takes at most the chosen number of tokens, and says when it was cut', async () => {
      await using scene = await open([{ result: { response: 'one two', usage: usage(9, 16) } }])
      const result = await createAgent({ backend: scene.backend, model, maxTokens: 16 }).run(
        'Count',
      )
      const [request] = await scene.requests()
      expect(request?.inputs).toMatchObject({ max_tokens: 16 })
      expect(result.steps[0]).toMatchObject({ maxTokens: 16, finishReason: 'length' })
    })

    test('comes with its tokens, its neurons as charged and its request id', async () => {
      const headers = { 'cf-ai-neurons': '1.98', 'cf-ai-req-id': 'request-1' }
      const wire = { prompt_tokens_details: { cached_tokens: 8 }, neurons: 1.5, ...usage(42, 3) }
      await using scene = await open([{ result: { response: 'Paris.', usage: wire }, headers }])
      const result = await createAgent({ backend: scene.backend, model }).run('Capital of France?')
      expect(result.usage).toEqual({
        inputTokens: 42,
        outputTokens: 3,
        totalTokens: 45,
        cachedTokens: 8,
        neurons: 1.98,
        usd: expect.closeTo(0.000_021_78, 12),
        requests: 1,
      })
      const reply = result.events.find((event) => event.type === 'model-reply')
      expect(reply?.requestId).toBe('request-1')
    })

    test('adds up the usage of all steps', async () => {
      const headers = { 'cf-ai-neurons': '2.5' }
      const call = { name: 'get_weather', arguments: { city: 'Lisbon' } }
      await using scene = await open([
        { result: { response: null, tool_calls: [call], usage: usage(10, 2) }, headers },
        { result: { response: 'Warm.', usage: usage(20, 3) }, headers },
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Is it warm?')
      expect(result.usage).toEqual({
        inputTokens: 30,
        outputTokens: 5,
        totalTokens: 35,
        neurons: 5,
        usd: expect.closeTo(0.000_055, 12),
        requests: 2,
      })
    })

    test('is plain JSON with everything around it', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { city: 'Oslo' } }] },
        'Cold.',
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const result = await agent.run('Oslo?')
      expect(JSON.parse(JSON.stringify(result))).toEqual(result)
    })

    test('keeps every character of a conversation in all scripts, with emoji', async () => {
      const text = '東京 🌦️ naïve Ωμέγα 👩‍👩‍👧 \u0000 "quoted" \\ \u2028 end'
      await using scene = await open([{ echo: true }])
      const result = await createAgent({ backend: scene.backend, model }).run(text)
      expect(result.text).toBe(text)
      expect(await scene.requests()).toMatchObject([{ inputs: { messages: [{ content: text }] } }])
    })

    test('replaces halves of characters, which no wire can carry', async () => {
      await using scene = await open(['Fine.'])
      await createAgent({ backend: scene.backend, model }).run('a \ud83c b \udf26 c')
      expect(await scene.requests()).toMatchObject([
        { inputs: { messages: [{ content: 'a \ufffd b \ufffd c' }] } },
      ])
    })

    test('is given to 131,072 characters, and one more is refused before any request', async () => {
      await using scene = await open(['Long.'])
      const agent = createAgent({ backend: scene.backend, model })
      expect((await agent.run('x'.repeat(131_072))).text).toBe('Long.')
      await expect(agent.run('x'.repeat(131_073))).rejects.toMatchObject({ code: 'config.input' })
      expect(await scene.requests()).toHaveLength(1)
    })

    test('is given to a history of 400 messages, sent whole and in order', async () => {
      const history = Array.from({ length: 400 }, (_, index) => ({
        role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content: `message ${index}`,
      }))
      await using scene = await open(['Done.'])
      const messages = [...history, { role: 'user' as const, content: 'And now?' }]
      const result = await createAgent({ backend: scene.backend, model }).run(messages)
      expect(result.messages).toEqual([...messages, { role: 'assistant', content: 'Done.' }])
      const [request] = await scene.requests()
      expect(request?.inputs.messages).toEqual(messages)
    })

    test('goes on from the messages of an earlier run', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
        'It is 21 degrees.',
        'You asked about Lisbon.',
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [weather] })
      const first = await agent.run('Is it warm in Lisbon?')
      const stored = JSON.parse(JSON.stringify(first.messages)) as typeof first.messages // what a store gives back
      const second = await agent.run([...stored, { role: 'user', content: 'Where was it?' }])
      expect(second.text).toBe('You asked about Lisbon.')
      const requests = await scene.requests()
      const contents = requests.at(-1)?.inputs.messages?.map((message) => message.content)
      expect(contents).toEqual([
        'Is it warm in Lisbon?',
        '{"name":"get_weather","parameters":{"city":"Lisbon"}}',
        '{"city":"Lisbon","celsius":21}',
        'It is 21 degrees.',
        'Where was it?',
      ])
    })

    test('never reaches another of twenty runs at the same time', async () => {
      await using scene = await open(Array.from({ length: 20 }, () => ({ echo: true as const })))
      const agent = createAgent({ backend: scene.backend, model })
      const tags = Array.from({ length: 20 }, (_, index) => `run ${index}`)
      const results = await Promise.all(tags.map((tag) => agent.run(tag)))
      expect(results.map((result) => result.text)).toEqual(tags)
    })
  })

  describe('one call', () => {
    test('answers a prompt without any message', async () => {
      await using scene = await open(['A poem.'])
      const result = await generate({ backend: scene.backend, model, prompt: 'Write a poem' })
      expect(result).toMatchObject({ text: 'A poem.', toolCalls: [], finishReason: 'stop' })
      const [request] = await scene.requests()
      expect(request?.inputs).toEqual({ prompt: 'Write a poem', max_tokens: 2048 })
    })

    test('hands back the calls a model asks for, and runs none', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { city: 'Rome' } }] },
      ])
      const { backend } = scene
      const result = await generate({ backend, model, messages: 'Rome?', tools: [weather] })
      expect(result).toMatchObject({
        text: '',
        finishReason: 'tool-calls',
        toolCalls: [{ toolName: 'get_weather', input: { city: 'Rome' } }],
      })
      expect(await scene.requests()).toHaveLength(1)
    })
  })

  describe('the tools of a request', () => {
    test.for(['function', 'flat'] as const)('go out in the %s format', async (toolFormat) => {
      await using scene = await open(['Hello.'])
      const { backend } = scene
      await createAgent({ backend, model, tools: [weather], toolFormat }).run('Hi')
      const flat = describeWeather
      const [request] = await scene.requests()
      expect(request?.inputs.tools).toEqual([
        toolFormat === 'flat' ? flat : { type: 'function', function: flat },
      ])
    })
  })
}

const usage = (input: number, output: number): Record<string, number> => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})
