import {
  approve,
  createAgent,
  foldEvents,
  generate,
  isRunEvent,
  tool,
  type AgentOptions,
  type Budget,
  type RunEvent,
  type WireInputs,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { profileOf, USD_PER_NEURON } from '@drover/core/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const look = tool({
  name: 'look',
  description: 'Looks again',
  input: z.object({}),
  execute: () => 'Nothing new.',
})
const told = (inputTokens: number, outputTokens: number): object => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
})

/** Calls a tool whenever it may, and uses what it is told to. */
const endless =
  (usage: object | undefined): ScriptEntry =>
  ({ inputs }) => ({
    wire: {
      ...(inputs.tools === undefined
        ? { response: 'This is what I know.' }
        : { response: null, tool_calls: [{ name: 'look', arguments: {} }] }),
      ...(usage !== undefined && { usage }),
    },
  })

const busyAgent = (budget: Budget, usage?: object, options: Partial<AgentOptions> = {}) => {
  const backend = scriptedBackend(Array.from({ length: 30 }, () => endless(usage)))
  const agent = createAgent({
    backend,
    model,
    tools: [look],
    runtime: fakeRuntime(),
    maxSteps: 20,
    loopGuard: false,
    budget,
    ...options,
  })
  return { agent, backend }
}

describe('a run with a budget', () => {
  test('ends before the request that could exceed it, with an answer', async () => {
    const { agent } = busyAgent({ tokens: 10_000 }, told(500, 500))
    const result = await agent.run('Go')
    expect(result).toMatchObject({ stopReason: 'budget', text: 'This is what I know.' })
    expect(result.steps.at(-1)?.closing).toBe(true)
    expect(result.usage.totalTokens).toBeGreaterThan(5000)
    expect(result.usage.totalTokens).toBeLessThanOrEqual(10_000)
  })

  test.each<[string, Budget]>([
    ['neurons', { neurons: 200 }],
    ['dollars', { usd: 0.0022 }],
    ['whichever of several ends first', { usd: 1, neurons: 200, tokens: 1_000_000 }],
  ])('keeps it in %s', async (_what, budget) => {
    const { agent } = busyAgent(budget, told(1000, 500))
    const { stopReason, usage, steps } = await agent.run('Go')
    expect(stopReason).toBe('budget')
    expect(steps.length).toBeGreaterThan(2)
    expect(usage.usd).toBeLessThanOrEqual(0.0022)
  })

  test('counts what the service charged before what tokens cost', async () => {
    const script = Array.from({ length: 10 }, (): ScriptEntry => {
      const wire = {
        response: null,
        tool_calls: [{ name: 'look', arguments: {} }],
        usage: told(9, 9),
      }
      return ({ inputs }) =>
        inputs.tools === undefined ? 'Done.' : { wire, headers: { 'cf-ai-neurons': '100' } }
    })
    const { agent } = busyAgent({ neurons: 310 }, undefined, { backend: scriptedBackend(script) })
    const { stopReason, usage } = await agent.run('Go')
    expect(stopReason).toBe('budget')
    expect(usage.neurons).toBe(300)
  })

  test('gives a reply less room where the whole of it would not fit', async () => {
    const { agent, backend } = busyAgent({ tokens: 1500 }, told(50, 50), { tools: [] })
    await agent.run('Go')
    const sent = backend.requests[0]?.inputs.max_tokens ?? 0
    expect(sent).toBeLessThan(1500)
    expect(sent).toBeGreaterThan(1400)
  })

  test('sends nothing at all where not even a short answer fits', async () => {
    const { agent, backend } = busyAgent({ tokens: 200 })
    expect(await agent.run('Go')).toMatchObject({ stopReason: 'budget', text: '', steps: [] })
    expect(backend.requests).toHaveLength(0)
  })

  test('asks for an answer without tools where a step with tools does not fit', async () => {
    const { agent, backend } = busyAgent({ tokens: 800 }, told(100, 20))
    const result = await agent.run('Go')
    expect(result).toMatchObject({ stopReason: 'budget', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(1)
    expect(backend.requests[0]?.inputs.tools).toBeUndefined()
  })

  test('sends a reply as short as is asked for, even a very short one', async () => {
    const { agent } = busyAgent({ tokens: 100 }, told(20, 5), { tools: [], maxTokens: 20 })
    expect(await agent.run('Go')).toMatchObject({ stopReason: 'answer' })
  })

  test('ends without a last call where that is switched off', async () => {
    const { agent } = busyAgent({ tokens: 5000 }, told(500, 500), { closingCall: false })
    const result = await agent.run('Go')
    expect(result.stopReason).toBe('budget')
    expect(result.steps.every(({ closing }) => !closing)).toBe(true)
  })

  test('counts a reply whose usage is not told as all that was reserved for it', async () => {
    const { agent } = busyAgent({ tokens: 9000 }, undefined)
    const { stopReason, usage } = await agent.run('Go')
    expect(stopReason).toBe('budget')
    expect(usage.totalTokens).toBe(0)
    expect(usage.estimatedTokens).toBeGreaterThan(4096)
    expect(usage.estimatedTokens).toBeLessThanOrEqual(9000)
    expect(usage.usd).toBeGreaterThan(0)
  })

  test('counts a request that got no answer, and not one that was refused', async () => {
    const refused: ScriptEntry = {
      wire: { errors: [{ code: 3040, message: 'Capacity temporarily exceeded' }], success: false },
      status: 429,
    }
    const script = [new Error('socket hang up'), refused, 'Here.']
    const { agent } = busyAgent({ tokens: 50_000 }, undefined, { backend: scriptedBackend(script) })
    const { events, usage } = await agent.run('Go')
    const failures = events.filter((event) => event.type === 'model-error')
    expect(failures.map((event) => event.usage?.estimatedTokens ?? 0)).toEqual([
      expect.toSatisfy((tokens: number) => tokens > 2048),
      0,
    ])
    expect(usage.estimatedTokens).toBe(failures[0]?.usage?.estimatedTokens)
  })

  test('ends where the budget has no room to send a failed request again', async () => {
    const script = [new Error('socket hang up'), 'Here.']
    const backend = scriptedBackend(script)
    const { agent } = busyAgent({ tokens: 2200 }, undefined, { backend, tools: [] })
    expect((await agent.run('Go')).stopReason).toBe('budget')
    expect(backend.requests).toHaveLength(1)
  })

  test('keeps it when it is resumed', async () => {
    const pay = tool({
      name: 'look',
      description: 'Looks for money',
      input: z.object({}),
      approval: true,
      execute: () => 'Found.',
    })
    const { agent } = busyAgent({ tokens: 6000 }, told(1000, 500), { tools: [pay] })
    let result = await agent.run('Go')
    while (result.stopReason === 'suspended') {
      const { events, approvals } = result
      result = await agent.run({ events, decisions: approvals.map(approve) })
    }
    expect(result.stopReason).toBe('budget')
    expect(result.usage.totalTokens).toBeGreaterThan(3000)
    expect(result.usage.totalTokens).toBeLessThanOrEqual(6000)
  })

  test('tells in its events all that it counted', async () => {
    const { agent } = busyAgent({ neurons: 300 }, told(1000, 500))
    const stream = agent.stream('Go')
    const events: RunEvent[] = []
    for await (const event of stream) if (isRunEvent(event)) events.push(event)
    expect(foldEvents(events).usage).toEqual((await stream.result).usage)
  })
})

test('a useless reply is paid for too, with a budget and without', async () => {
  const empty = { wire: { response: '', usage: told(100, 10) } }
  const backend = scriptedBackend([empty, { wire: { response: 'Hi.', usage: told(100, 5) } }])
  const result = await createAgent({ backend, model, runtime: fakeRuntime() }).run('Hi')
  const all = { inputTokens: 200, outputTokens: 15, requests: 2 }
  expect(result.usage).toMatchObject(all)
  const again = scriptedBackend([empty, { wire: { response: 'Hi.', usage: told(100, 5) } }])
  const once = await generate({ backend: again, model, prompt: 'Hi', runtime: fakeRuntime() })
  expect(once.usage).toMatchObject(all)
})

describe('a budget that cannot be', () => {
  const create = (budget: unknown, options: Partial<AgentOptions> = {}) =>
    createAgent({ backend: scriptedBackend([]), model, budget: budget as Budget, ...options })

  test.each([
    ['budget.tokens', { tokens: -1 }],
    ['budget.tokens', { tokens: 1.5 }],
    ['budget.neurons', { neurons: Number.NaN }],
    ['budget.usd', { usd: '1' }],
    ['budget.usd', { usd: Number.POSITIVE_INFINITY }],
    ['budget', 5],
    ['budget', null],
  ])('is refused with its name: `%s`', (name, budget) => {
    expect(() => create(budget)).toThrow(`\`${name}\``)
  })

  test('is refused where a limit is misspelt, since it would limit nothing', () => {
    expect(() => create({ dollars: 1 })).toThrow("one of 'tokens', 'neurons', 'usd'")
  })

  test('is refused in money for a model without a price, with the way to give one', () => {
    const unknown = { model: '@cf/new/model', profile: {} }
    expect(() => create({ usd: 1 }, unknown)).toThrow('profile: { price: { input, output } }')
    expect(() => create({ neurons: 1 }, { fallback: [unknown] })).toThrow('`@cf/new/model`')
    expect(() => create({ tokens: 1 }, unknown)).not.toThrow()
    const priced = { ...unknown, profile: { price: { input: 1, output: 2 } } }
    expect(() => create({ usd: 1 }, priced)).not.toThrow()
  })
})

/** Evenly from 0 to 1, which `fc.double` is not: nearly all of its numbers are next to 0. */
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)

/** As a chat template writes it: what is said and called, and a little around each. */
const tokensOf = ({ messages = [], tools = [] }: WireInputs): number => {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => call.function))
  const said = messages.map(({ content }) => content).join('') + calls.map(Object.values).join('')
  return (said.length + JSON.stringify(tools).length) / 4 + 5 * (messages.length + calls.length)
}

/** What the service may do with a request: use up to all of what was reserved, tell it or not, charge for it or not. */
const outcome = fc.record({
  output: share,
  told: fc.boolean(),
  fails: fc.constantFrom('no', 'no', 'no', 'network', 'busy'),
})

test('whatever the replies and failures, no more is used than the budget allows', async () => {
  const limits = fc.record(
    {
      tokens: fc.integer({ min: 0, max: 30_000 }),
      neurons: fc.integer({ min: 0, max: 900 }),
      usd: share.map((cents) => cents / 100),
    },
    { requiredKeys: [] },
  )
  const price = profileOf(model).price ?? { input: 0, output: 0 }
  await fc.assert(
    fc.asyncProperty(
      limits,
      share,
      fc.array(outcome, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4096 }),
      async (budget, density, outcomes, maxTokens) => {
        let tokens = 0
        let usd = 0
        const script = Array.from({ length: 60 }, (_, index): ScriptEntry => (request) => {
          const { output, told: isTold, fails } = outcomes[index % outcomes.length]!
          if (fails === 'busy') return { wire: { errors: [{ code: 3040 }] }, status: 429 }
          // One tokenizer for the whole run; a reply is at most as long as the request allows.
          const read = Math.round(density * tokensOf(request.inputs))
          const written = Math.round(output * (request.inputs.max_tokens ?? 0))
          tokens += read + written
          usd += (read * price.input + written * price.output) / 1_000_000
          if (fails === 'network') return new Error('socket hang up')
          return endless(isTold && read + written > 0 ? told(read, written) : undefined)
        })
        const { agent } = busyAgent(budget, undefined, {
          backend: scriptedBackend(script),
          tools: [{ ...look, execute: () => 'Nothing new. '.repeat(60) }],
          maxTokens,
          maxSteps: 8,
          loopGuard: false,
        })
        await agent.run('Go on. '.repeat(100)).catch(() => {})
        expect(tokens).toBeLessThanOrEqual(budget.tokens ?? Infinity)
        expect(usd).toBeLessThanOrEqual((budget.usd ?? Infinity) + 1e-12)
        expect(usd / USD_PER_NEURON).toBeLessThanOrEqual((budget.neurons ?? Infinity) + 1e-6)
      },
    ),
    { numRuns: 3000 },
  )
})
