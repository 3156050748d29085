import {
  createAgent,
  foldEvents,
  tool,
  type AgentOptions,
  type RunEvent,
  type RunResult,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

type Call = [toolName: string, input?: Record<string, string | number>]

/** Tools that count how often they ran; `look` and `ask` always give the same, `tick` never does. */
const tools = () => {
  const ran: string[] = []
  const make = (name: string, give: (input: Record<string, unknown>) => unknown) =>
    tool({
      name,
      description: `The tool ${name}`,
      input: z.looseObject({}),
      execute: (input) => {
        ran.push(name)
        return give(input)
      },
    })
  const list = [
    make('look', () => 'nothing here'),
    make('ask', () => 'no answer'),
    make('tick', () => ran.length),
    make('fail', () => Promise.reject(new Error('out of order'))),
  ]
  return { list, ran }
}

/** A model that makes these calls again and again, one a step, for as long as it is offered any tool. */
const circling = (circle: readonly Call[][]) =>
  scriptedBackend(
    Array.from({ length: 40 }, (_, index): ScriptEntry => ({ inputs }) => {
      const calls = circle[index % circle.length] ?? []
      const toolCalls = calls.map(([toolName, input = {}]) => ({ toolName, input }))
      return inputs.tools === undefined ? 'This is what I know.' : { toolCalls }
    }),
  )

const run = async (circle: readonly Call[][], options: Partial<AgentOptions> = {}) => {
  const { list, ran } = tools()
  const backend = circling(circle)
  const agent = createAgent({
    backend,
    model,
    tools: list,
    toolFormat: 'flat',
    runtime: fakeRuntime(),
    ...options,
  })
  return { result: await agent.run('Go'), backend, ran }
}

const offered = (backend: ReturnType<typeof circling>) =>
  backend.requests.map(({ inputs }) =>
    inputs.tools?.map((offer) => ('name' in offer ? offer.name : undefined)),
  )

const results = ({ events }: RunResult) => events.filter((event) => event.type === 'tool-result')

describe('the same call for ever', () => {
  const look: Call[][] = [[['look', { at: 'door', from: 2 }]]]

  test('ends in five model calls with text: it ran twice, then was on record, then ended the run', async () => {
    const { result, backend, ran } = await run(look)
    expect(result).toMatchObject({ stopReason: 'loop', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(5)
    expect(ran).toEqual(['look', 'look'])
    expect(results(result).map(({ dispatched, reused }) => [dispatched, reused])).toEqual([
      [true, undefined],
      [true, undefined],
      [false, true],
      [false, true],
    ])
  })

  test('gives the model the result on record, and tells it that the tool is gone for a step', async () => {
    const { result, backend } = await run(look)
    const output = result.steps[2]?.toolResults[0]
    expect(output).toMatchObject({ isError: false, reused: true })
    expect(output?.output).toContain('was not run again')
    expect(output?.output).toContain('nothing here')
    expect(offered(backend)).toEqual([
      ['look', 'ask', 'tick', 'fail'],
      ['look', 'ask', 'tick', 'fail'],
      ['look', 'ask', 'tick', 'fail'],
      ['ask', 'tick', 'fail'],
      undefined,
    ])
    const requests = result.events.filter((event) => event.type === 'model-request')
    expect(requests.map(({ withheld }) => withheld)).toEqual([
      undefined,
      undefined,
      undefined,
      ['look'],
      undefined,
    ])
  })

  test('is the same whatever the order of its keys', async () => {
    const { result, ran } = await run([
      [['look', { at: 'door', from: 2 }]],
      [['look', { from: 2, at: 'door' }]],
    ])
    expect(result.stopReason).toBe('loop')
    expect(ran).toHaveLength(2)
  })

  test('ends at once where it leaves no tool to offer', async () => {
    const { list } = tools()
    const { result, backend } = await run(look, { tools: list.slice(0, 1) })
    expect(result).toMatchObject({ stopReason: 'loop', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(4)
  })

  test('ends without text where the last call is switched off', async () => {
    const { result, backend } = await run(look, { closingCall: false })
    expect(result.stopReason).toBe('loop')
    expect(backend.requests).toHaveLength(4)
  })

  test('goes on where the guard is switched off', async () => {
    const { result, ran } = await run(look, { loopGuard: false })
    expect(result.stopReason).toBe('max-steps')
    expect(ran).toHaveLength(10)
  })

  test('may fail four times, as any call', async () => {
    const { result, backend, ran } = await run([[['fail']]])
    expect(result).toMatchObject({ stopReason: 'tool-failures', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(5)
    expect(ran).toHaveLength(4)
  })
})

describe('circles', () => {
  const circles: [string, Call[][], number][] = [
    ['two calls in turn', [[['look']], [['ask']]], 5],
    ['a call that works and one that fails', [[['look']], [['fail']]], 5],
    ['one tool with two inputs in turn', [[['look', { at: 1 }]], [['look', { at: 2 }]]], 5],
    ['three steps', [[['look']], [['ask']], [['look', { at: 2 }]]], 7],
    ['four steps', [[['look']], [['ask']], [['look']], [['fail']]], 9],
    ['several calls a step', [[['look'], ['ask']], [['ask', { at: 1 }]]], 5],
  ]
  test.each(circles)('of %s are gone through twice at most', async (_what, circle, requests) => {
    const { result, backend } = await run(circle)
    expect(result).toMatchObject({ stopReason: 'loop', text: 'This is what I know.' })
    expect(backend.requests).toHaveLength(requests)
  })

  test('of up to four steps, whatever they hold, end once they were gone through twice', async () => {
    const call = fc.tuple(
      fc.constantFrom('look', 'ask', 'fail'),
      fc.record({ at: fc.nat(2) }, { requiredKeys: [] }),
    )
    const circle = fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(circle, async (steps) => {
        const { result, backend } = await run(steps)
        expect(['loop', 'tool-failures']).toContain(result.stopReason)
        expect(result.text).toBe('This is what I know.')
        expect(backend.requests.length).toBeLessThanOrEqual(Math.max(5, 2 * steps.length + 1))
      }),
      { numRuns: 300 },
    )
  })

  test('of two calls in either order in one reply are one circle', async () => {
    const { result, ran } = await run([
      [['look'], ['ask']],
      [['ask'], ['look']],
    ])
    expect(result.stopReason).toBe('loop')
    expect(ran).toEqual(['look', 'ask', 'ask', 'look'])
  })
})

describe('what is no loop', () => {
  const endless: [string, Call[][]][] = [
    ['the same call with another result each time', [[['tick']]]],
    ['two such calls in turn', [[['tick', { at: 1 }]], [['tick', { at: 2 }]]]],
    ['a call that repeats itself beside one that does not', [[['look'], ['tick']], [['look']]]],
  ]
  test.each(endless)('%s', async (_what, circle) => {
    expect((await run(circle)).result.stopReason).toBe('max-steps')
  })

  test('a call that is made again after another gave something new', async () => {
    const looks: Call[][] = [1, 2, 3, 4, 5].flatMap((at): Call[][] => [
      [['look']],
      [['ask', { at }]],
    ])
    const { result, ran } = await run(looks)
    expect(result.stopReason).toBe('max-steps')
    expect(ran.filter((name) => name === 'look')).toHaveLength(5)
  })

  test('the same call twice in one reply: both run', async () => {
    const { ran } = await run([[['look'], ['look']]], { maxSteps: 1 })
    expect(ran).toEqual(['look', 'look'])
  })

  test('another input of a tool that is not offered for the moment', async () => {
    const { list, ran } = tools()
    const look = (at: number): ScriptEntry => ({ toolCalls: [{ toolName: 'look', input: { at } }] })
    const backend = scriptedBackend([look(1), look(1), look(1), look(2), 'Done.'])
    const result = await createAgent({ backend, model, tools: list, toolFormat: 'flat' }).run('Go')
    expect(result).toMatchObject({ stopReason: 'answer', text: 'Done.' })
    expect(ran).toHaveLength(3)
    expect(offered(backend)[4]).toContain('look')
  })
})

test('the events alone say which results came from the record', async () => {
  const { result } = await run([[['look']]])
  const stored: RunEvent[] = JSON.parse(JSON.stringify(result.events))
  expect(foldEvents(stored).steps).toEqual(result.steps)
})

test('a result on record stays within what the model may read', async () => {
  const big = tool({
    name: 'big',
    description: 'Says much',
    input: z.object({}),
    execute: () => 'x'.repeat(150_000),
  })
  const { result } = await run([[['big']]], { tools: [big], maxToolOutputChars: 131_072 })
  for (const { content } of result.messages) expect(content.length).toBeLessThanOrEqual(131_072)
})
