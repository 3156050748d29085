import { createAgent, generate, tool, type AgentOptions, type ToolEffect } from '@drover/core'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const ran: string[] = []
const pay = (effect: ToolEffect) =>
  tool({
    name: 'pay',
    description: 'Pays an invoice',
    input: z.object({ invoice: z.string(), amount: z.number() }),
    effect,
    execute: ({ invoice, amount }) => {
      ran.push(invoice)
      return `${amount} paid for ${invoice}`
    },
  })
const leaked = '{"name": "pay", "parameters": {"invoice": "A-1", "amount": 5}}'
const wire = (body: object): ScriptEntry => ({ wire: body })
const cut = { prompt_tokens: 1, completion_tokens: 2048 }

const run = async (
  script: readonly ScriptEntry[],
  options: Partial<AgentOptions> & { effect?: ToolEffect } = {},
) => {
  ran.length = 0
  const { effect = 'once', ...agent } = options
  const backend = scriptedBackend(script)
  const result = await createAgent({ backend, model, tools: [pay(effect)], ...agent }).run('Go')
  const [step] = result.steps
  return { result, backend, step, types: result.events.map(({ type }) => type) }
}

describe('a call that was written as text', () => {
  test('is run by default, whatever the effect of its tool', async () => {
    const { step, types } = await run([leaked, 'Paid.'])
    expect(ran).toEqual(['A-1'])
    expect(step).toMatchObject({ text: '', toolResults: [{ output: '5 paid for A-1' }] })
    expect(types).toContain('call-recovered')
  })

  test('is asked for again where its tool works only once and the caller wants to be sure', async () => {
    const { step } = await run([leaked, 'Let me see.'], { recover: 'unless-once' })
    expect(ran).toEqual([])
    expect(step?.toolResults[0]).toMatchObject({ isError: true })
    expect(step?.toolResults[0]?.output).toContain('Call it again, as a tool call.')
  })

  test('is run then all the same where its tool may be repeated', async () => {
    await run([leaked, 'Paid.'], { recover: 'unless-once', effect: 'idempotent' })
    expect(ran).toEqual(['A-1'])
  })

  test('is text where recovery is switched off', async () => {
    const { result } = await run([leaked], { recover: false })
    expect(result).toMatchObject({ text: leaked, stopReason: 'answer' })
    expect(ran).toEqual([])
  })

  test('keeps the prose around it, and only that', async () => {
    const { step } = await run([`I will pay it now.\n\n${leaked}`, 'Paid.'])
    expect(step?.text).toBe('I will pay it now.')
  })

  test('is answered where its input does not fit', async () => {
    const { step } = await run(['{"name": "pay", "parameters": {"invoice": "A-1"}}', 'Hm.'])
    expect(ran).toEqual([])
    expect(step?.toolResults[0]).toMatchObject({ toolName: 'pay', isError: true })
  })

  test('is given back unrun, and not as text, by one plain call', async () => {
    const backend = scriptedBackend([leaked])
    const result = await generate({ backend, model, messages: 'Go', tools: [pay('once')] })
    expect(result).toMatchObject({
      text: '',
      finishReason: 'tool-calls',
      toolCalls: [{ toolName: 'pay', input: { invoice: 'A-1', amount: 5 } }],
    })
  })

  test('is no answer to a run that reached its limit: the model is asked once more', async () => {
    const { result } = await run([leaked, leaked, 'That was all.'], { maxSteps: 1 })
    expect(result).toMatchObject({ text: 'That was all.', stopReason: 'max-steps' })
    expect(ran).toEqual(['A-1'])
  })
})

describe('an input', () => {
  const call = (args: object): ScriptEntry =>
    wire({ response: null, tool_calls: [{ name: 'pay', arguments: args }] })

  test('is repaired, and the events tell what stood there and what stands there now', async () => {
    const { result, step } = await run([call({ invoice: 'A-1', amount: '5' }), 'Paid.'])
    expect(step?.toolCalls[0]?.input).toEqual({ invoice: 'A-1', amount: 5 })
    expect(result.events.find(({ type }) => type === 'input-repaired')).toMatchObject({
      step: 1,
      toolCallId: 'call00001',
      toolName: 'pay',
      path: 'amount',
      kind: 'number',
      before: '5',
      after: 5,
    })
  })

  test('goes back to the model as it is where repair is switched off', async () => {
    const { step } = await run([call({ invoice: 'A-1', amount: '5' }), 'Hm.'], { repair: false })
    expect(ran).toEqual([])
    expect(step?.toolResults[0]).toMatchObject({ isError: true })
    expect(step?.toolCalls[0]?.input).toEqual({ invoice: 'A-1', amount: '5' })
  })

  test('that is text stays text, however much it looks like a number', async () => {
    await run([call({ invoice: '0049', amount: 5 }), 'Paid.'])
    expect(ran).toEqual(['0049'])
  })

  test('that holds a placeholder is refused with what to do first', async () => {
    const { step } = await run([call({ invoice: '<invoice id>', amount: 5 }), 'Hm.'])
    expect(ran).toEqual([])
    expect(step?.toolResults[0]?.output).toContain('`invoice` holds a placeholder')
  })

  test('of a tool in another spelling reaches the tool that was meant', async () => {
    const entry = wire({
      tool_calls: [{ name: 'functions.Pay', arguments: { invoice: 'A-1', amount: 5 } }],
    })
    const { step } = await run([entry, 'Paid.'])
    expect(step?.toolCalls[0]?.toolName).toBe('pay')
    expect(ran).toEqual(['A-1'])
  })
})

describe('a reply that was cut off', () => {
  const half = '{"name": "pay", "parameters": {"invoice": "A-2", "amo'

  test('inside its only call is asked for once more with twice the room', async () => {
    const { backend, types } = await run([wire({ response: half, usage: cut }), leaked, 'Paid.'])
    expect(backend.requests.map(({ inputs }) => inputs.max_tokens)).toEqual([2048, 4096, 2048])
    expect(types.filter((type) => type === 'model-error')).toHaveLength(1)
    expect(ran).toEqual(['A-1'])
  })

  test('inside its only call twice is an error that says so', async () => {
    const entry = wire({ response: half, usage: { prompt_tokens: 1, completion_tokens: 9999 } })
    await expect(run([entry, entry])).rejects.toMatchObject({ code: 'reply.truncated' })
    expect(ran).toEqual([])
  })

  test('inside its arguments is treated alike', async () => {
    const args = '{"invoice":"A-2","amo'
    const entry = wire({ tool_calls: [{ name: 'pay', arguments: args }], usage: cut })
    const { backend } = await run([entry, leaked, 'Paid.'])
    expect(backend.requests).toHaveLength(3)
  })

  test('runs the calls before the cut, and gives the next step more room', async () => {
    const entry = wire({ response: `${leaked}\n${half}`, usage: cut })
    const { step, backend } = await run([entry, 'Paid.'], { effect: 'read' })
    expect(ran).toEqual(['A-1'])
    expect(step?.text).toBe('')
    expect(backend.requests.map(({ inputs }) => inputs.max_tokens)).toEqual([2048, 4096])
  })

  test('runs no call that works only once: it is asked for again', async () => {
    const entry = wire({
      response: null,
      tool_calls: [{ name: 'pay', arguments: { invoice: 'A-1', amount: 5 } }],
      usage: cut,
    })
    const { step } = await run([entry, 'Again.'])
    expect(ran).toEqual([])
    expect(step?.toolResults[0]?.output).toContain('was cut off')
  })

  test('in plain text is the answer as far as it goes', async () => {
    const { result, step } = await run([wire({ response: 'Once upon a', usage: cut })])
    expect(result).toMatchObject({ text: 'Once upon a', stopReason: 'answer' })
    expect(step?.finishReason).toBe('length')
  })
})

test('repairs of a call that is refused all the same are told', async () => {
  const input = { invoice: 'A-1', amount: '5', extra: { a: 1 }, when: null }
  const toolCalls = [{ toolName: 'pay', input: { ...input, invoice: 7.5 } }]
  const sent: ScriptEntry = { toolCalls }
  const { result, step } = await run([sent, 'Sorry.'])
  const done = result.events.filter((event) => event.type === 'input-repaired')
  const changed = JSON.stringify(step?.toolCalls[0]?.input) !== JSON.stringify(toolCalls[0]?.input)
  expect([changed, done.length > 0]).toEqual([true, true])
  expect(ran).toEqual([])
})

test.each(['content_filter', 'error'])(
  'a call of a reply that ended by %s does not run where its tool works only once',
  async (finish) => {
    const call = { function: { name: 'pay', arguments: '{"invoice":"A-1","amount":5}' } }
    const choice = { message: { content: '', tool_calls: [call] }, finish_reason: finish }
    const { step } = await run([wire({ choices: [choice] }), 'No.'])
    expect(ran).toEqual([])
    expect(step?.toolResults).toMatchObject([{ isError: true }])
    await run([wire({ choices: [choice] }), 'Yes.'], { effect: 'read' })
    expect(ran).toEqual(['A-1'])
  },
)

test('a conversation with a refused call can be gone on with, whatever its input was', async () => {
  const two =
    '[{"name":"pay","parameters":{"invoice":"A-1","amount":5}},' +
    '{"name":"nope","parameters":{"constructor":{"prototype":{}}}}]'
  const { result } = await run([two, 'Paid.'])
  expect(result.steps[0]?.toolCalls.map(({ toolName }) => toolName)).toEqual(['pay', 'nope'])
  const backend = scriptedBackend(['Fine.'])
  const messages = [...result.messages, { role: 'user' as const, content: 'And now?' }]
  expect((await createAgent({ backend, model }).run(messages)).text).toBe('Fine.')
})

test('what is wrong with an input is told in no more characters than a result may have', async () => {
  const strict = tool({
    name: 'strict',
    description: 'Takes nothing',
    input: z.strictObject({}),
    execute: () => 'done',
  })
  const toolCalls = [{ toolName: 'strict', input: { ['k'.repeat(300_000)]: 1 } }]
  const { step } = await run([{ toolCalls }, 'Sorry.'], { tools: [strict], repair: false })
  expect(step?.toolResults[0]).toMatchObject({ isError: true })
  expect(step?.toolResults[0]?.output.length).toBeLessThanOrEqual(24_000)
})
