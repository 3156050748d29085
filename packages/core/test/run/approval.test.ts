import {
  approve,
  createAgent,
  deny,
  tool,
  type Agent,
  type ApprovalDecision,
  type RunEvent,
  type RunResult,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const pay = { toolName: 'pay', input: { amount: 40 } }
const look = { toolName: 'look', input: {} }

/** An agent that may look, and pay with a person's approval; what it paid, and how often it looked. */
const payer = (
  script: readonly ScriptEntry[],
  approval: 'always' | 'large' | 'broken' = 'always',
) => {
  const paid: unknown[] = []
  const backend = scriptedBackend(script)
  const tools = [
    tool({
      name: 'look',
      description: 'Looks at the account',
      input: z.object({}),
      effect: 'read',
      execute: () => 'There are 100.',
    }),
    tool({
      name: 'pay',
      description: 'Pays an amount',
      input: z.object({ amount: z.number(), currency: z.string().default('EUR') }),
      approval: {
        always: true,
        large: ({ amount }: { amount: number }) => amount > 10,
        broken: () => {
          throw new Error('cannot decide')
        },
      }[approval],
      execute: (input) => {
        paid.push(input)
        return 'Paid.'
      },
    }),
  ]
  const agent = createAgent({ backend, model, tools, runtime: fakeRuntime() })
  return { agent, backend, paid }
}

/** As another process would get it. */
const stored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value))

const resume = (
  agent: Agent,
  { events }: RunResult,
  decisions: readonly ApprovalDecision[],
): Promise<RunResult> => agent.run(stored({ events, decisions }))

describe('a call that needs approval', () => {
  test('suspends the run, after the calls beside it that need none', async () => {
    const { agent, paid, backend } = payer([{ toolCalls: [pay, look] }])
    const result = await agent.run('Pay 40.')
    expect(result.stopReason).toBe('suspended')
    expect(result.approvals).toEqual([
      {
        runId: 'run-1',
        step: 1,
        toolCallId: 'call00001',
        toolName: 'pay',
        input: { amount: 40, currency: 'EUR' },
        inputHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
    expect(paid).toEqual([])
    expect(result.events.filter(({ type }) => type === 'tool-result')).toMatchObject([
      { toolName: 'look', output: 'There are 100.' },
    ])
    expect(backend.requests).toHaveLength(1)
  })

  test('runs once it is approved, in another process, from the events alone', async () => {
    const first = await payer([{ toolCalls: [pay, look] }]).agent.run('Pay 40.')
    const { agent, paid, backend } = payer(['Done.'])
    const result = await resume(agent, first, first.approvals.map(approve))
    expect(result).toMatchObject({ stopReason: 'answer', text: 'Done.', approvals: [] })
    expect(paid).toEqual([{ amount: 40, currency: 'EUR' }])
    expect(result.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Pay 40.'],
      ['assistant', ''],
      ['tool', 'Paid.'],
      ['tool', 'There are 100.'],
      ['assistant', 'Done.'],
    ])
    expect(backend.requests).toHaveLength(1)
    expect(result.steps).toHaveLength(2)
    expect(result.events.map(({ seq }) => seq)).toEqual(result.events.map((_e, index) => index))
  })

  test('is answered with what the person said when it is denied, and the run goes on', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const { agent, paid } = payer(['Then not.'])
    const decisions = first.approvals.map((one) => deny(one, 'too much'))
    const result = await resume(agent, first, decisions)
    expect(result.text).toBe('Then not.')
    expect(paid).toEqual([])
    expect(result.steps[0]?.toolResults[0]).toMatchObject({
      isError: true,
      output: expect.stringContaining('A person did not allow this call: too much'),
    })
  })

  test('without a decision is not run: the run stays suspended, and the model is not asked', async () => {
    const first = await payer([{ toolCalls: [pay, pay] }]).agent.run('Pay twice.')
    const { agent, paid, backend } = payer(['Never.'])
    const second = await resume(agent, first, [])
    expect(second).toMatchObject({ stopReason: 'suspended', approvals: first.approvals })
    const [one] = second.approvals
    const third = await resume(agent, second, one === undefined ? [] : [approve(one)])
    expect(third.stopReason).toBe('suspended')
    expect(third.approvals.map(({ toolCallId }) => toolCallId)).toEqual(['call00002'])
    expect(paid).toHaveLength(1)
    expect(backend.requests).toEqual([])
  })

  test('may be decided by its input', async () => {
    const small = { toolName: 'pay', input: { amount: 5 } }
    const { agent, paid } = payer([{ toolCalls: [small, pay] }], 'large')
    const result = await agent.run('Pay 5 and 40.')
    expect(paid).toEqual([{ amount: 5, currency: 'EUR' }])
    expect(result.approvals).toMatchObject([{ input: { amount: 40 } }])
  })

  test('fault D15: waits where what should decide fails', async () => {
    const { agent, paid } = payer([{ toolCalls: [pay] }], 'broken')
    expect((await agent.run('Pay.')).stopReason).toBe('suspended')
    expect(paid).toEqual([])
  })

  test('with an input that is no good never waits: the model is told at once', async () => {
    const { agent } = payer([{ toolCalls: [{ toolName: 'pay', input: {} }] }, 'I see.'])
    expect((await agent.run('Pay.')).text).toBe('I see.')
  })

  test('is asked again when the model makes it again', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const { agent, paid } = payer([{ toolCalls: [pay] }, 'Done.'])
    const second = await resume(agent, first, first.approvals.map(approve))
    expect(second.stopReason).toBe('suspended')
    const third = await resume(agent, second, second.approvals.map(approve))
    expect(third.text).toBe('Done.')
    expect(paid).toHaveLength(2)
  })

  test('can be followed in a stream, which begins where the run goes on', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const { agent } = payer(['Done.'])
    const run = agent.stream({ events: first.events, decisions: first.approvals.map(approve) })
    const types = (await Array.fromAsync(run)).map(({ type }) => type)
    expect(types).toEqual([
      'run-resume',
      'approval-decision',
      'tool-call',
      'tool-result',
      'step-end',
      'model-request',
      'text-delta',
      'model-reply',
      'run-end',
    ])
    expect((await run.result).events).toHaveLength(first.events.length + types.length - 1)
  })

  test('keeps its idempotency key', async () => {
    const first = await payer([{ toolCalls: [look, pay] }]).agent.run('Pay 40.')
    const result = await resume(payer(['Done.']).agent, first, first.approvals.map(approve))
    const call = result.events.find(
      (event) => event.type === 'tool-call' && event.toolName === 'pay',
    )
    expect(call).toMatchObject({ idempotencyKey: 'run-1.1.1' })
  })

  test('does not count the time it waited', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const backend = scriptedBackend(['Done.'])
    const later = fakeRuntime({ now: Date.UTC(2026, 5, 1) })
    const tools = [
      tool({ name: 'pay', description: 'Pays', input: z.object({}), execute: () => '' }),
    ]
    const agent = createAgent({ backend, model, tools, runtime: later })
    const decisions = first.approvals.map((one) => deny(one))
    const result = await agent.run({ events: first.events, decisions })
    expect(result.events.at(-1)).toMatchObject({ durationMs: 0 })
  })
})

test('a rule that never says whether it needs approval counts as one that does', async () => {
  const runtime = fakeRuntime()
  const backend = scriptedBackend([{ toolCalls: [pay] }])
  const slow = tool({
    name: 'pay',
    description: 'Pays an amount',
    input: z.object({ amount: z.number() }),
    approval: () => new Promise<boolean>(() => {}),
    execute: () => 'Paid.',
  })
  const running = createAgent({ backend, model, tools: [slow], runtime }).run('Pay 40.')
  await runtime.advance(5000)
  expect(await running).toMatchObject({
    stopReason: 'suspended',
    approvals: [{ toolName: 'pay', input: { amount: 40 } }],
  })
})

describe('fault H8: a decision holds for one run, one call and one input', () => {
  const wrongly: readonly [string, (decision: ApprovalDecision) => object][] = [
    ['of another run', (decision) => ({ ...decision, runId: 'run-2' })],
    ['on another call', (decision) => ({ ...decision, toolCallId: 'call00009' })],
    ['on another input', (decision) => ({ ...decision, inputHash: '0'.repeat(64) })],
    ['without a hash', (decision) => ({ ...decision, inputHash: undefined })],
  ]

  test.each(wrongly)('one %s is refused, and nothing runs', async (_name, change) => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const { agent, paid, backend } = payer(['Never.'])
    const decisions = first.approvals.map(approve).map(change) as ApprovalDecision[] // forged
    await expect(resume(agent, first, decisions)).rejects.toMatchObject({
      code: 'security.approval',
    })
    expect(paid).toEqual([])
    expect(backend.requests).toEqual([])
  })

  test.each<readonly [string, unknown]>([
    ['no list', {}],
    ['a word', ['yes']],
    ['a yes', [{ toolCallId: 'call00001', isApproved: 'yes' }]],
  ])('what is no decision is refused (%s)', async (_name, decisions) => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const given = decisions as ApprovalDecision[] // forged
    await expect(resume(payer([]).agent, first, given)).rejects.toMatchObject({
      code: 'config.input',
    })
  })

  test('an input that was changed in the stored events is not what was approved', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const events = stored(first.events).map((event) =>
      event.type === 'model-reply'
        ? {
            ...event,
            toolCalls: event.toolCalls.map((call) => ({ ...call, input: { amount: 4000 } })),
          }
        : event,
    )
    const { agent, paid } = payer(['Never.'])
    const resumed = agent.run({ events, decisions: first.approvals.map(approve) })
    await expect(resumed).rejects.toMatchObject({ code: 'security.approval' })
    expect(paid).toEqual([])
  })

  test('fault D14: a tool that is gone, or reads its input otherwise now, is not run', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const decisions = first.approvals.map(approve)
    const other = tool({
      name: 'pay',
      description: 'Pays cents',
      input: z.object({ amount: z.number().transform((amount) => amount * 100) }),
      execute: () => 'Paid.',
    })
    for (const tools of [[], [other]]) {
      const agent = createAgent({ backend: scriptedBackend([]), model, tools })
      await expect(resume(agent, first, decisions)).rejects.toMatchObject({
        code: 'security.approval',
      })
    }
  })

  test('fault G1: of two decisions on one call the first holds', async () => {
    const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
    const { agent, paid } = payer(['Then not.'])
    const decisions = first.approvals.flatMap((one) => [deny(one), approve(one)])
    expect((await resume(agent, first, decisions)).text).toBe('Then not.')
    expect(paid).toEqual([])
  })
})

describe('the events a run is resumed from', () => {
  test('of a run that ended give its result again, and nothing is asked', async () => {
    const { agent } = payer([{ toolCalls: [look] }, 'Done.'])
    const first = await agent.run('Look.')
    const other = payer([])
    expect(await resume(other.agent, first, [])).toEqual(first)
    expect(other.backend.requests).toEqual([])
  })

  const damaged: readonly [string, (events: readonly RunEvent[]) => unknown][] = [
    ['nothing', () => []],
    ['a text', () => 'events'],
    ['a gap', (events) => events.toSpliced(1, 1)],
    ['another order', (events) => events.toReversed()],
    ['an unknown event', (events) => events.with(1, { ...events[1], type: 'surprise' } as never)],
    ['a reply without calls', (events) => events.map((e) => ({ ...e, toolCalls: undefined }))],
    ['a broken end', (events) => events.slice(0, -1)],
    ['a forbidden key', (events) => events.with(1, JSON.parse('{"__proto__":{"a":1}}'))],
  ]

  test.each(damaged)(
    'are refused with the place where they are none: %s',
    async (_name, damage) => {
      const first = await payer([{ toolCalls: [pay] }]).agent.run('Pay 40.')
      const events = damage(first.events) as RunEvent[] // that is the point
      const { agent, backend } = payer(['Never.'])
      const resumed = (async () => agent.run({ events, decisions: [] }))()
      await expect(resumed).rejects.toMatchObject({ code: 'config.input' })
      expect(backend.requests).toEqual([])
    },
  )
})

test('an `approval` that is none is refused at definition', () => {
  const approval = 'sometimes' as unknown as boolean // wrong on purpose
  expect(() =>
    tool({ name: 'pay', description: 'Pays', input: z.object({}), approval, execute: () => '' }),
  ).toThrow('`approval`')
})
