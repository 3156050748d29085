import {
  and,
  createAgent,
  maxSteps,
  moneySpent,
  neuronsUsed,
  not,
  or,
  timeElapsed,
  tokensUsed,
  tool,
  toolCalled,
  type AgentOptions,
  type StopCondition,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const runtime = fakeRuntime()
const names = ['look', 'finish'] as const
let calledTimes = 0
const tools = names.map((name) =>
  tool({
    name,
    description: `The tool ${name}`,
    input: z.object({}),
    // Never the same result: a run that learns something new is no loop.
    execute: () => `${name} ${++calledTimes}`,
  }),
)
const calls = (toolName: string): ScriptEntry => ({
  toolCalls: [{ toolName }],
  usage: { inputTokens: 90, outputTokens: 10 },
})

/** A model that calls tools for as long as it is offered any. */
const endless = (toolName = 'look') =>
  scriptedBackend(
    Array.from(
      { length: 40 },
      (): ScriptEntry =>
        ({ inputs }) =>
          inputs.tools === undefined ? 'This is what I know.' : calls(toolName),
    ),
  )

const run = async (options: Partial<AgentOptions>, toolName?: string) => {
  const backend = endless(toolName)
  const result = await createAgent({ backend, model, tools, runtime, ...options }).run('Go')
  return { result, backend }
}

describe('a run that would go on for ever', () => {
  test('ends after 10 steps by default, with one last call without tools that answers', async () => {
    const { result, backend } = await run({})
    expect(result.stopReason).toBe('max-steps')
    expect(result.text).toBe('This is what I know.')
    expect(result.steps.filter(({ closing }) => !closing)).toHaveLength(10)
    expect(result.steps.at(-1)).toMatchObject({ closing: true, text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(11)
    expect(backend.requests.at(-1)?.inputs.tools).toBeUndefined()
  })

  test('ends after as many steps as it is allowed', async () => {
    const { result } = await run({ maxSteps: 2 })
    expect(result.stopReason).toBe('max-steps')
    expect(result.steps).toHaveLength(3)
  })

  test('ends without the last call where that is switched off', async () => {
    const { result, backend } = await run({ maxSteps: 2, closingCall: false })
    expect(result.stopReason).toBe('max-steps')
    expect(backend.requests).toHaveLength(2)
  })

  test('keeps its outcome when the last call fails', async () => {
    const backend = scriptedBackend([calls('look')])
    const result = await createAgent({ backend, model, tools, maxSteps: 1 }).run('Go')
    expect(result.stopReason).toBe('max-steps')
  })

  test('goes on past 10 steps where another condition decides', async () => {
    const { result } = await run({ stopWhen: maxSteps(12) })
    expect(result.steps.filter(({ closing }) => !closing)).toHaveLength(12)
  })

  test('runs no call that the last reply makes all the same, and asks once more for an answer', async () => {
    const backend = scriptedBackend([calls('look'), calls('look'), 'Fine.'])
    const result = await createAgent({ backend, model, tools, runtime, maxSteps: 1 }).run('Go')
    expect(result.steps.at(-1)).toMatchObject({ closing: true, toolCalls: [], text: 'Fine.' })
    expect(result.messages.filter(({ role }) => role === 'tool')).toHaveLength(1)
  })
})

describe('a run whose tools fail', () => {
  const failing = tool({
    name: 'failing',
    description: 'Always fails',
    input: z.object({}),
    execute: () => Promise.reject(new Error('no')),
  })

  test('ends after four such steps in a row, with a last call that says so', async () => {
    const { result, backend } = await run({ tools: [failing] }, 'failing')
    expect(result).toMatchObject({ stopReason: 'tool-failures', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(5)
  })

  test('ends as early as it is told to', async () => {
    const { backend } = await run({ tools: [failing], maxFailedSteps: 1 }, 'failing')
    expect(backend.requests).toHaveLength(2)
  })

  test('goes on where one call of a step worked', async () => {
    const both: ScriptEntry = { toolCalls: [{ toolName: 'failing' }, { toolName: 'look' }] }
    const backend = scriptedBackend([both, both, both, both, both, 'Done.'])
    const agent = createAgent({ backend, model, tools: [failing, ...tools] })
    expect(await agent.run('Go')).toMatchObject({ text: 'Done.', stopReason: 'answer' })
  })
})

describe('stop conditions', () => {
  const cases: [string, StopCondition, string, number][] = [
    ['steps', maxSteps(3), 'max-steps', 3],
    ['a tool that was called', toolCalled('finish'), 'tool-called', 1],
    ['tokens', tokensUsed(250), 'budget', 3],
    ['a condition of one’s own', ({ steps }) => steps.length === 4, 'stop-condition', 4],
    ['both of two', and(maxSteps(2), tokensUsed(400)), 'max-steps', 4],
    ['either of two', or(maxSteps(5), tokensUsed(150)), 'budget', 2],
    ['the opposite of one', not(({ steps }) => steps.length < 2), 'stop-condition', 2],
  ]
  test.each(cases)('end a run at %s', async (_what, stopWhen, reason, steps) => {
    const { result } = await run({ stopWhen }, 'finish')
    expect(result.stopReason).toBe(reason)
    expect(result.steps.filter(({ closing }) => !closing)).toHaveLength(steps)
  })

  test('end a run at the neurons the service charged', async () => {
    const wire = {
      response: null,
      tool_calls: [{ name: 'look', arguments: {} }],
      usage: { neurons: 3 },
    }
    const backend = scriptedBackend([{ wire }, { wire }, 'Done.'])
    const agent = createAgent({ backend, model, tools, stopWhen: neuronsUsed(5) })
    const result = await agent.run('Go')
    expect(result.stopReason).toBe('budget')
    expect(result.usage.neurons).toBe(6)
  })

  test.each<[string, StopCondition]>([
    ['neurons, by the price of the model', neuronsUsed(1.5)],
    ['dollars', moneySpent(0.000_016)],
  ])('end a run at %s, where the service tells no charge', async (_what, stopWhen) => {
    // 90 tokens in and 10 out are 0.72 neurons.
    const { result } = await run({ stopWhen })
    expect(result.stopReason).toBe('budget')
    expect(result.steps.filter(({ closing }) => !closing)).toHaveLength(3)
  })

  test('end no run at neurons or dollars that nobody knows', async () => {
    const stopWhen = or(neuronsUsed(0), moneySpent(0))
    const unknown = { model: '@cf/new/model', profile: {}, maxSteps: 3 }
    expect((await run({ ...unknown, stopWhen })).result.stopReason).toBe('max-steps')
  })

  test('end a run at the time that passed', async () => {
    let clock = 0
    const ticking = { ...fakeRuntime(), now: () => (clock += 100) }
    const { result } = await run({ stopWhen: timeElapsed(2000), runtime: ticking })
    expect(result.stopReason).toBe('time')
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuse %s steps', (count) => {
    expect(() => maxSteps(count)).toThrow('Expected `maxSteps` to be an integer of at least 1')
    expect(() => createAgent({ backend: endless(), model, maxSteps: count })).toThrow('`maxSteps`')
  })
})

test('a condition that gives nothing does not end the run', async () => {
  const backend = scriptedBackend([calls('look'), 'Done.'])
  const silent = (() => undefined) as unknown // what a function without `return` gives in JavaScript
  const agent = createAgent({ backend, model, tools, stopWhen: silent as StopCondition })
  expect(await agent.run('Go')).toMatchObject({ text: 'Done.', stopReason: 'answer' })
})
