import { createAgent, generate } from '@drover/core'
import { describe, expect, test } from 'vitest'
import { describeWeather, model as llama, weather, yielding } from './subjects.ts'
import type { OpenScene } from './stage.ts'

const qwen = '@cf/qwen/qwen3-30b-a3b-fp8'
const llama33 = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const call = { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] }
const output = describeWeather.parameters

/** What a request insists on, as it arrives at the service. */
export function describeChoices(open: OpenScene): void {
  describe('a choice', () => {
    const named = { type: 'function', function: { name: 'get_weather' } }
    test.for([
      ['none', 'none', [weather]],
      [{ toolName: 'get_weather' }, named, [weather]],
      ['required', 'required', [weather, yielding('other', () => 'done')]],
      // The service enforces a name, and not always `required`.
      ['required', named, [weather]],
    ] as const)('of %j arrives as `tool_choice`: %j', async ([toolChoice, wire, tools]) => {
      await using scene = await open([toolChoice === 'none' ? 'Warm.' : call])
      const { backend } = scene
      await generate({ backend, model: qwen, messages: 'Go', tools, toolChoice })
      const [first] = await scene.requests()
      expect(first?.inputs.tool_choice).toEqual(wire)
    })

    test('arrives as an order at a model without the field, which is never refused', async () => {
      await using scene = await open([call, 'Warm.'])
      const { backend } = scene
      const agent = createAgent({ backend, model: llama, tools: [weather], toolChoice: 'required' })
      expect((await agent.run('Lisbon?')).text).toBe('Warm.')
      const [first, second] = await scene.requests()
      expect(first?.inputs).not.toHaveProperty('tool_choice')
      expect(first?.inputs.messages?.at(-1)?.content).toContain('`get_weather`')
      expect(second?.inputs.messages?.at(-1)?.role).toBe('tool')
    })
  })

  describe('an output', () => {
    test('arrives as `response_format` where the model has JSON mode', async () => {
      await using scene = await open([{ result: { response: { city: 'Lisbon' } } }])
      const { backend } = scene
      const made = await generate({ backend, model: llama33, messages: 'Where?', output })
      expect(made.output).toEqual({ city: 'Lisbon' })
      const [first] = await scene.requests()
      expect(first?.inputs.response_format).toEqual({ type: 'json_schema', json_schema: output })
      expect(first?.inputs).not.toHaveProperty('tools')
    })

    test('arrives as a call after JSON mode that could not be met', async () => {
      const failed = { error: { code: 5024, message: "JSON Mode couldn't be met", status: 400 } }
      const final = { toolCalls: [{ toolName: 'final_answer', input: { city: 'Lisbon' } }] }
      await using scene = await open([failed, final])
      const { backend } = scene
      const made = await generate({ backend, model: llama33, messages: 'Where?', output })
      expect(made.output).toEqual({ city: 'Lisbon' })
      const [, second] = await scene.requests()
      expect(second?.inputs).not.toHaveProperty('response_format')
      expect(second?.inputs.tools).toHaveLength(1)
    })
  })
}
