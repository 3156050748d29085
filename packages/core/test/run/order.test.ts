import { createAgent, tool, type Tool } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

/** How often each call lets others run before it is done, and whether its tool must be alone. */
interface Plan {
  readonly turns: number
  readonly serial: boolean
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** Runs one reply with these calls, and tells what began and ended, in order. */
const reply = async (plans: readonly Plan[], maxParallelCalls = 6) => {
  const log: string[] = []
  let underWay = 0
  let most = 0
  const make = (name: string, serial: boolean): Tool<{ at: number }> =>
    tool({
      name,
      description: `The tool ${name}`,
      input: z.object({ at: z.number() }),
      serial,
      execute: async ({ at }) => {
        log.push(`+${at}`)
        most = Math.max(most, ++underWay)
        await turns(plans[at]?.turns ?? 0)
        underWay--
        log.push(`-${at}`)
        return `result ${at}`
      },
    })
  const tools = [make('alone', true), make('beside', false)]
  const toolCalls = plans.map(({ serial }, at) => ({
    toolName: serial ? 'alone' : 'beside',
    input: { at },
  }))
  const backend = scriptedBackend([{ toolCalls }, 'Done.'])
  const agent = createAgent({
    backend,
    model,
    tools,
    maxParallelCalls,
    maxCallsPerReply: 100,
    runtime: fakeRuntime(),
  })
  const { steps } = await agent.run('Go')
  return { log, most, outputs: steps[0]?.toolResults.map(({ output }) => output) }
}

const beside = (count: number): Plan => ({ turns: count, serial: false })
const alone = (count: number): Plan => ({ turns: count, serial: true })

test('a serial tool runs alone: what stands before it is done, what stands after it waits', async () => {
  const { log } = await reply([beside(30), beside(3), alone(20), beside(30), beside(3)])
  expect(log).toEqual(['+0', '+1', '-1', '-0', '+2', '-2', '+3', '+4', '-4', '-3'])
})

test('fault G6: whatever the calls take and whoever must be alone, the answers stand in call order', async () => {
  const plan = fc.record({ turns: fc.nat(40), serial: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 8 }),
      async (plans, maxParallelCalls) => {
        const { log, most, outputs } = await reply(plans, maxParallelCalls)
        expect(outputs).toEqual(plans.map((_, at) => `result ${at}`))
        expect(most).toBeLessThanOrEqual(maxParallelCalls)
        for (const [at, { serial }] of plans.entries()) {
          if (!serial) continue
          const began = log.indexOf(`+${at}`)
          expect(log[began + 1]).toBe(`-${at}`)
          expect(began).toBe(2 * at)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('fault G7: two equal calls in one reply both run, each with a key of its own', async () => {
  const keys: string[] = []
  const send = tool({
    name: 'send',
    description: 'Sends a message',
    input: z.object({}),
    execute: (_, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      return 'sent'
    },
  })
  const twice = { toolCalls: [{ toolName: 'send' }, { toolName: 'send' }] }
  await createAgent({ backend: scriptedBackend([twice, 'Done.']), model, tools: [send] }).run('Go')
  expect(new Set(keys).size).toBe(2)
})

test('fault D9: one of four calls fails, the others finish, and all are answered in order', async () => {
  const work = tool({
    name: 'work',
    description: 'Works',
    input: z.object({ at: z.number() }),
    execute: async ({ at }) => {
      await turns(10 * (4 - at))
      if (at === 1) throw new Error('broken')
      return `result ${at}`
    },
  })
  const toolCalls = [0, 1, 2, 3].map((at) => ({ toolName: 'work', input: { at } }))
  const backend = scriptedBackend([{ toolCalls }, 'Done.'])
  const { steps } = await createAgent({ backend, model, tools: [work] }).run('Go')
  expect(steps[0]?.toolResults.map(({ output }) => output)).toEqual([
    'result 0',
    'The tool `work` failed: Error: broken',
    'result 2',
    'result 3',
  ])
})
