import { createAgent, tool, type AgentOptions, type ToolOptions } from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const input = z.object({ at: z.number().optional() })

/** A tool whose every result is another. */
const counting = (name: string, options: Partial<ToolOptions<typeof input, unknown>> = {}) => {
  const ran: (number | undefined)[] = []
  const made = tool({
    name,
    description: `The tool ${name}`,
    input,
    execute: ({ at }) => {
      ran.push(at)
      return `result ${ran.length}`
    },
    ...options,
  })
  return { tool: made, ran }
}

const calls = (...names: string[]): ScriptEntry => ({
  toolCalls: names.map((toolName, at) => ({ toolName, input: { at } })),
  // However many calls there are, the reply is not cut.
  usage: { inputTokens: 10, outputTokens: 10 },
})

/** A model that makes these calls in every step, for as long as it is offered any tool. */
const endless = (...names: string[]) =>
  scriptedBackend(
    Array.from(
      { length: 20 },
      (): ScriptEntry =>
        ({ inputs }) =>
          inputs.tools === undefined ? 'This is what I know.' : calls(...names),
    ),
  )

const setUp = (options: Omit<AgentOptions, 'model'>) =>
  createAgent({ model, toolFormat: 'flat', runtime: fakeRuntime(), ...options })

describe('a tool with `maxCalls`', () => {
  test('runs so often, then is answered as used up and offered no more', async () => {
    const search = counting('search', { maxCalls: 2 })
    const look = counting('look')
    const backend = scriptedBackend([
      calls('search', 'search', 'search'),
      calls('search', 'look'),
      'Done.',
    ])
    const result = await setUp({ backend, tools: [search.tool, look.tool] }).run('Go')
    expect(search.ran).toEqual([0, 1])
    expect(result).toMatchObject({ text: 'Done.', stopReason: 'answer' })
    const answers = result.steps.flatMap((step) => step.toolResults)
    expect(answers.map(({ isError }) => isError)).toEqual([false, false, true, true, false])
    expect(answers[2]?.output).toContain('may be called 2 times in a run, and was')
    expect(backend.requests[1]?.inputs.tools).toHaveLength(1)
    const [, second] = result.events.filter((event) => event.type === 'model-request')
    expect(second?.withheld).toEqual(['search'])
  })

  test('ends the run with an answer where it was the only one', async () => {
    const search = counting('search', { maxCalls: 3 })
    const backend = endless('search')
    const result = await setUp({ backend, tools: [search.tool] }).run('Go')
    expect(result).toMatchObject({ text: 'This is what I know.', stopReason: 'max-calls' })
    expect(backend.requests).toHaveLength(4)
  })

  test('is not used up by calls that were never let in', async () => {
    const search = counting('search', { maxCalls: 1 })
    const bad: ScriptEntry = { toolCalls: [{ toolName: 'search', input: { at: 'x' } }] }
    const backend = scriptedBackend([bad, calls('search'), 'Done.'])
    await setUp({ backend, tools: [search.tool, counting('look').tool] }).run('Go')
    expect(search.ran).toEqual([0])
  })

  test('starts anew in each run', async () => {
    const search = counting('search', { maxCalls: 1 })
    const backend = scriptedBackend([calls('search'), 'One.', calls('search'), 'Two.'])
    const agent = setUp({ backend, tools: [search.tool, counting('look').tool] })
    await agent.run('Go')
    await agent.run('Go')
    expect(search.ran).toHaveLength(2)
  })
})

describe('`maxToolCalls`', () => {
  test('holds for all tools together, and ends the run with an answer', async () => {
    const search = counting('search')
    const look = counting('look')
    const backend = endless('search', 'look')
    const tools = [search.tool, look.tool]
    const result = await setUp({ backend, tools, maxToolCalls: 3 }).run('Go')
    expect(search.ran.length + look.ran.length).toBe(3)
    expect(result).toMatchObject({ text: 'This is what I know.', stopReason: 'max-calls' })
    expect(result.steps[1]?.toolResults[1]?.output).toContain('may make 3 tool calls, and did')
    expect(backend.requests).toHaveLength(3)
  })

  test('holds however many calls are under way at once', async () => {
    const search = counting('search')
    const names = Array.from({ length: 12 }, () => 'search')
    const backend = endless(...names)
    await setUp({ backend, tools: [search.tool], maxToolCalls: 5, maxParallelCalls: 12 }).run('Go')
    expect(search.ran).toHaveLength(5)
  })
})

describe('`maxCallsPerReply`', () => {
  test('fault A13: of 500 calls in one reply 16 run, and all are answered in call order', async () => {
    const search = counting('search')
    const names = Array.from({ length: 500 }, () => 'search')
    const backend = scriptedBackend([calls(...names), 'Done.'])
    const result = await setUp({ backend, tools: [search.tool] }).run('Go')
    expect(search.ran).toEqual(Array.from({ length: 16 }, (_, at) => at))
    const step = result.steps[0]
    expect(step?.toolResults.map(({ toolCallId }) => toolCallId)).toEqual(
      step?.toolCalls.map(({ toolCallId }) => toolCallId),
    )
    expect(step?.toolResults[16]?.output).toContain('only the first 16')
    expect(step?.toolResults[499]).toMatchObject({ isError: true })
  })

  test('can be set', async () => {
    const search = counting('search')
    const backend = scriptedBackend([calls('search', 'search'), 'Done.'])
    await setUp({ backend, tools: [search.tool], maxCallsPerReply: 1 }).run('Go')
    expect(search.ran).toEqual([0])
  })
})

describe('a cap that cannot be kept', () => {
  const { tool: search } = counting('search')
  test.each([0, -1, 1.5, Number.NaN])('%s is refused before any request', (count) => {
    const backend = scriptedBackend([])
    expect(() => counting('search', { maxCalls: count })).toThrow('`maxCalls`')
    expect(() => setUp({ backend, tools: [search], maxToolCalls: count })).toThrow('`maxToolCalls`')
    expect(() => setUp({ backend, tools: [search], maxCallsPerReply: count })).toThrow(
      '`maxCallsPerReply`',
    )
  })
})
