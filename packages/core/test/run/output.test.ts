import { approve, createAgent, foldEvents, tool } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ask, final, lisbon, llama, look, qwen, toolNames } from './report-run.ts'

describe('a run with tools gives its output', () => {
  test.for([
    ['in the call that takes it', final(lisbon)],
    ['in that call, written as text', JSON.stringify({ name: 'final_answer', parameters: lisbon })],
    ['as JSON in words', `Here it is:\n\`\`\`json\n${JSON.stringify(lisbon, null, 2)}\n\`\`\``],
    ['as JSON alone', JSON.stringify(lisbon)],
    ['with what can be repaired', final({ city: 'Lisbon', celsius: '21' })],
    ['as JSON with what can be repaired', '{"city":"Lisbon","celsius":"21",}'],
    ['after a draft', `{"city":"Lisbon","celsius":20}? No: ${JSON.stringify(lisbon)}`],
    ['after a thought', `<think>{"city":"Rome","celsius":1}</think>${JSON.stringify(lisbon)}`],
  ] as const)('%s', async ([, reply]) => {
    const { backend, agent } = ask([look, reply])
    const result = await agent.run('Lisbon?')
    backend.assertComplete()
    expect(result.output).toEqual(lisbon)
    expect(result.stopReason).toBe('answer')
    expect(result.text).toBe(JSON.stringify(lisbon))
    expect(result.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
    ])
    expect(result.messages.at(-1)).toEqual({ role: 'assistant', content: JSON.stringify(lisbon) })
    expect(foldEvents(result.events)).toMatchObject({ output: lisbon, text: result.text })
    expect(backend.requests.map(({ inputs }) => toolNames(inputs))).toEqual([
      ['get_weather', 'final_answer'],
      ['get_weather', 'final_answer'],
    ])
  })

  test('with no more than one request where no tool is needed', async () => {
    const { backend, agent } = ask([final(lisbon)])
    const { output } = await agent.run('21 degrees in Lisbon')
    expect(output).toEqual(lisbon)
    backend.assertComplete()
  })

  test('as its schema makes it', async () => {
    const backend = scriptedBackend([final({ on: '2026-01-31' })])
    const output = z.object({ on: z.date() }).transform(({ on }) => on.getUTCFullYear())
    const result = await createAgent({ backend, model: llama, output }).run('When?')
    expect(result.output).toBe(2026)
    expect(result.text).toBe('{"on":"2026-01-31"}')
  })

  test('from a raw JSON Schema', async () => {
    const backend = scriptedBackend([final({ n: 1 })])
    const output = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
    } as const
    const result = await createAgent({ backend, model: llama, output }).run('How many?')
    expect(result.output).toEqual({ n: 1 })
  })

  test('and tells what was repaired of it', async () => {
    const { agent } = ask([final({ city: 'Lisbon', celsius: '21' })])
    const { events } = await agent.run('Lisbon?')
    expect(events.find(({ type }) => type === 'input-repaired')).toMatchObject({
      toolName: 'final_answer',
      path: 'celsius',
    })
  })

  test('and goes on from its own messages', async () => {
    const { agent } = ask([look, final(lisbon), final(lisbon)])
    const first = await agent.run('Lisbon?')
    const second = await agent.run([...first.messages, { role: 'user', content: 'Sure?' }])
    expect(second.output).toEqual(lisbon)
  })
})

describe('what is no output', () => {
  test('words are asked for again with nothing else offered', async () => {
    const { backend, agent } = ask([look, 'It is warm.', final(lisbon)])
    const result = await agent.run('Lisbon?')
    expect(result.output).toEqual(lisbon)
    expect(toolNames(backend.requests[2]?.inputs ?? {})).toEqual(['final_answer'])
    expect(backend.requests[2]?.inputs.messages?.slice(-2)).toEqual([
      { role: 'assistant', content: 'It is warm.' },
      {
        role: 'system',
        content: 'Answer now by calling `final_answer`, from what is known.',
      },
    ])
  })

  test('words are asked for again by name where the service heeds it', async () => {
    const { backend, agent } = ask(['It is warm.', final(lisbon)], { model: qwen })
    await agent.run('Lisbon?')
    const forced = { type: 'function', function: { name: 'final_answer' } }
    expect(backend.requests[1]?.inputs.tool_choice).toEqual(forced)
  })

  test('JSON that does not fit is asked for again with what is wrong', async () => {
    const { backend, agent } = ask(['{"city":"Lisbon","celsius":210}', final(lisbon)])
    expect((await agent.run('Lisbon?')).output).toEqual(lisbon)
    const last = backend.requests[1]?.inputs.messages?.at(-1)?.content
    expect(last).toMatch(/^Answer now by calling `final_answer`.*\nYour last answer is not valid:/)
    expect(last).toContain('`celsius`')
  })

  test('a call that does not fit is answered with what is wrong', async () => {
    const { backend, agent } = ask([final({ city: 'Lisbon', celsius: 210 }), final(lisbon)])
    const result = await agent.run('Lisbon?')
    expect(result.output).toEqual(lisbon)
    expect(result.steps[0]?.toolResults).toMatchObject([
      { toolName: 'final_answer', isError: true, output: expect.stringContaining('`celsius`') },
    ])
    expect(toolNames(backend.requests[1]?.inputs ?? {})).toEqual(['get_weather', 'final_answer'])
  })

  test.for([
    ['words', 'No.'],
    ['calls', final({ city: 'Lisbon', celsius: 210 })],
  ] as const)('%s come three times, and the run fails', async ([, reply]) => {
    const { backend, agent } = ask([reply, reply, reply])
    const stream = agent.stream('Lisbon?')
    await expect(stream.result).rejects.toMatchObject({
      code: 'model.no_output',
      message: expect.stringContaining(`The model \`${llama}\` gave no \`output\` that fits`),
    })
    backend.assertComplete()
    const kept = []
    for await (const { event } of stream.entries()) {
      if (event.type === 'run-end') break
      kept.push(event)
    }
    expect(foldEvents(kept).openCalls).toEqual([])
  })

  test('is the call beside others, which go first', async () => {
    const both = {
      toolCalls: [...look.toolCalls, ...final({ city: 'Lisbon', celsius: 0 }).toolCalls],
    }
    const { agent } = ask([both, final(lisbon)])
    const result = await agent.run('Lisbon?')
    expect(result.output).toEqual(lisbon)
    expect(result.steps[0]?.toolResults).toMatchObject([
      { toolName: 'get_weather', isError: false },
      { toolName: 'final_answer', isError: true },
    ])
  })
})

describe('at a limit', () => {
  test('the last call offers nothing but the output', async () => {
    const { backend, agent } = ask([look, final(lisbon)], { maxSteps: 1 })
    const result = await agent.run('Lisbon?')
    expect(result).toMatchObject({ output: lisbon, stopReason: 'max-steps' })
    expect(toolNames(backend.requests[1]?.inputs ?? {})).toEqual(['final_answer'])
    expect(backend.requests[1]?.inputs.messages?.at(-1)?.content).toBe(
      'No other tools can be called. Answer now by calling `final_answer`, from what is known.',
    )
    expect(result.steps.map(({ closing }) => closing)).toEqual([false, true])
  })

  test('it is asked again there too, and other calls are not run', async () => {
    const { backend, agent } = ask([look, look, 'Warm.', final(lisbon)], { maxSteps: 1 })
    const result = await agent.run('Lisbon?')
    expect(result).toMatchObject({ output: lisbon, stopReason: 'max-steps' })
    expect(result.steps[1]?.toolResults).toMatchObject([{ isError: true }])
    backend.assertComplete()
  })

  test('a model that does not give it there fails the run', async () => {
    const { backend, agent } = ask([look, 'A.', 'B.', 'C.'], { maxSteps: 1 })
    await expect(agent.run('Lisbon?')).rejects.toMatchObject({ code: 'model.no_output' })
    backend.assertComplete()
  })

  test('that call cannot be left out', () => {
    expect(() => ask([], { closingCall: false })).toThrow(/no `closingCall: false` beside `output`/)
  })
})

describe('those who read along', () => {
  test.for([llama, qwen])('never see the output as text (%s)', async (model) => {
    const { agent } = ask([look, final(lisbon)], { model })
    const seen = []
    for await (const event of agent.stream('Lisbon?')) seen.push(event)
    expect(seen.filter(({ type }) => type === 'text-delta')).toEqual([])
    const reply = seen.findLast((event) => event.type === 'model-reply')
    expect(reply).toMatchObject({ output: lisbon, text: '', toolCalls: [] })
    expect(seen.at(-1)).toMatchObject({ type: 'run-end', text: JSON.stringify(lisbon) })
  })
})

describe('choices beside an output', () => {
  test('a required call is one of the own tools', async () => {
    const { backend, agent } = ask([look, final(lisbon)], { toolChoice: 'required' })
    expect((await agent.run('Lisbon?')).output).toEqual(lisbon)
    expect(backend.requests.map(({ inputs }) => toolNames(inputs))).toEqual([
      ['get_weather'],
      ['get_weather', 'final_answer'],
    ])
  })

  test('no calls leave the output', async () => {
    const { backend, agent } = ask([final(lisbon)], { toolChoice: 'none' })
    expect((await agent.run('Lisbon?')).output).toEqual(lisbon)
    expect(toolNames(backend.requests[0]?.inputs ?? {})).toEqual(['final_answer'])
  })

  test('the tool that takes it gets a name of its own', async () => {
    const own = tool({
      name: 'final_answer',
      description: 'Something else',
      input: z.object({}),
      effect: 'read',
      execute: () => 'own',
    })
    const script = [{ toolCalls: [{ toolName: 'final_answer_', input: lisbon }] }]
    const { agent } = ask(script, { tools: [own] })
    expect((await agent.run('Lisbon?')).output).toEqual(lisbon)
  })
})

test('a run that waits for a person has no output yet, and gives it when it goes on', async () => {
  const pay = tool({
    name: 'pay',
    description: 'Pays',
    input: z.object({}),
    approval: true,
    execute: () => 'paid',
  })
  const payCall = { toolCalls: [{ toolName: 'pay', input: {} }] }
  const first = await ask([payCall], { tools: [pay] }).agent.run('Pay')
  expect(first).toMatchObject({ stopReason: 'suspended', output: undefined })
  const decisions = first.approvals.map(approve)
  const { agent } = ask([final(lisbon)], { tools: [pay] })
  const second = await agent.run({ events: first.events, decisions })
  expect(second).toMatchObject({ stopReason: 'answer', output: lisbon })
  const again = await agent.run({ events: second.events, decisions: [] })
  expect(again.output).toEqual(lisbon)
})

test('a run whose budget has no room for its output fails', async () => {
  const { agent } = ask([], { budget: { tokens: 10 } })
  await expect(agent.run('Lisbon?')).rejects.toMatchObject({
    code: 'model.no_output',
    message: expect.stringContaining('(`budget`)'),
  })
})

test('a schema of no object is refused before any request', () => {
  const output = z.array(z.string())
  expect(() => createAgent({ backend: scriptedBackend([]), model: llama, output })).toThrow(
    expect.objectContaining({ code: 'config.tool', message: expect.stringMatching(/^`output`: /) }),
  )
})
