import { createAgent, tool } from '@drover/core'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { dialects } from '../wire/dialects.ts'
import type { OpenScene } from './stage.ts'
import { model } from './subjects.ts'

const book = tool({
  name: 'find_trains',
  description: 'Finds trains between two cities',
  input: z.object({ from: z.string(), to: z.string(), changes: z.number().int().optional() }),
  effect: 'read',
  execute: ({ from, to, changes }) => `${from} to ${to}, ${changes ?? 'any'} changes`,
})
const input = { from: 'Porto', to: 'Faro', changes: 1 }
const calls = [{ toolName: 'find_trains', input }]

/** What reaches a tool when a model writes its calls into its text, or gets their inputs nearly right. */
export function describeLeakedCalls(open: OpenScene): void {
  describe('a call that was written as text', () => {
    test.for(Object.entries(dialects))('is run and not shown: %s', async ([, dialect]) => {
      await using scene = await open([
        { result: { response: dialect.render(calls) } },
        'There is one.',
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [book] })
      const result = await agent.run('A train to Faro?')
      expect(result).toMatchObject({ text: 'There is one.', stopReason: 'answer' })
      expect(result.steps[0]).toMatchObject({ text: '', finishReason: 'tool-calls' })
      expect(result.steps[0]?.toolResults).toMatchObject([
        { output: 'Porto to Faro, 1 changes', isError: false },
      ])
      const recovered = result.events.filter(({ type }) => type === 'call-recovered')
      expect(recovered).toMatchObject([{ step: 1, toolName: 'find_trains' }])
    })
  })

  describe('an input that nearly fits', () => {
    test('is repaired before the tool gets it, and each repair is told', async () => {
      const args = { from: 'Porto', TO: 'Faro', changes: '1' }
      await using scene = await open([
        { result: { response: null, tool_calls: [{ name: 'find_trains', arguments: args }] } },
        'There is one.',
      ])
      const result = await createAgent({ backend: scene.backend, model, tools: [book] }).run('Go')
      expect(result.steps[0]?.toolResults[0]?.output).toBe('Porto to Faro, 1 changes')
      expect(result.usage.requests).toBe(2)
      const repaired = result.events.filter((event) => event.type === 'input-repaired')
      expect(Object.fromEntries(repaired.map(({ path, kind }) => [path, kind]))).toEqual({
        TO: 'rename',
        changes: 'number',
      })
    })
  })

  describe('a call that was cut off', () => {
    test('is asked for once more with twice the room', async () => {
      const half = '{"name": "find_trains", "parameters": {"from": "Porto", "to": "Fa'
      await using scene = await open([
        { result: { response: half, usage: { prompt_tokens: 9, completion_tokens: 16 } } },
        { toolCalls: calls },
        'There is one.',
      ])
      const agent = createAgent({ backend: scene.backend, model, tools: [book], maxTokens: 16 })
      const result = await agent.run('Go')
      expect(result.text).toBe('There is one.')
      const rooms = (await scene.requests()).map(({ inputs }) => inputs.max_tokens)
      expect(rooms).toEqual([16, 32, 16])
      expect(result.events.filter(({ type }) => type === 'model-error')).toMatchObject([
        { error: { code: 'reply.truncated' }, retryInMs: 0 },
      ])
    })
  })
}
