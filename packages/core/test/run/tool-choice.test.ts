import { createAgent, generate, tool, type ToolChoice, type WireInputs } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

/** Its service does not know `tool_choice`. */
const llama = '@cf/meta/llama-3.1-8b-instruct-fast'
/** Its service heeds `tool_choice`. */
const qwen = '@cf/qwen/qwen3-30b-a3b-fp8'

const named = (name: string) =>
  tool({
    name,
    description: `Does ${name}`,
    input: z.object({ id: z.string().optional() }),
    effect: 'read',
    execute: () => `${name} done`,
  })
const tools = [named('look_up'), named('refund')]
const calls = (...names: string[]) => ({
  toolCalls: names.map((toolName) => ({ toolName, input: {} })),
})

/** What a request says after the conversation. */
const orderOf = ({ messages = [] }: WireInputs): string | undefined => {
  const last = messages.at(-1)
  return messages.length > 1 && last?.role !== 'tool' ? last?.content : undefined
}

/** A run, and what its requests offered. */
async function choose(
  model: string,
  toolChoice: ToolChoice,
  script: Parameters<typeof scriptedBackend>[0],
) {
  const backend = scriptedBackend(script)
  const agent = createAgent({ backend, model, tools, toolChoice, runtime: fakeRuntime() })
  const outcome = await agent.run('Go').catch((error: unknown) => error)
  backend.assertComplete()
  const offers = backend.requests.map(({ inputs }) => ({
    tools: inputs.tools?.map((offered) => Reflect.get(offered, 'function').name) ?? [],
    choice: inputs.tool_choice,
    order: orderOf(inputs),
  }))
  return { outcome, offers }
}

describe('a model whose service heeds `tool_choice`', () => {
  test('is held to a name, and only until it made that call', async () => {
    const choice = { toolName: 'refund' }
    const { outcome, offers } = await choose(qwen, choice, [calls('refund'), 'Refunded.'])
    expect(outcome).toMatchObject({ text: 'Refunded.', stopReason: 'answer' })
    const forced = { type: 'function', function: { name: 'refund' } }
    expect(offers).toEqual([
      { tools: ['look_up', 'refund'], choice: forced, order: undefined },
      { tools: ['look_up', 'refund'], choice: undefined, order: undefined },
    ])
  })

  test('is told that a call is required, and only until it made one', async () => {
    const { offers } = await choose(qwen, 'required', [calls('look_up'), 'Done.'])
    expect(offers.map(({ choice }) => choice)).toEqual(['required', undefined])
  })

  test('keeps its tools and is told to call none', async () => {
    const { outcome, offers } = await choose(qwen, 'none', ['No.'])
    expect(outcome).toMatchObject({ text: 'No.', stopReason: 'answer' })
    expect(offers).toEqual([{ tools: ['look_up', 'refund'], choice: 'none', order: undefined }])
  })

  test('gets no field where it may choose', async () => {
    const { offers } = await choose(qwen, 'auto', ['Hi.'])
    expect(offers[0]?.choice).toBeUndefined()
  })
})

describe('a Llama model, whose schema has no `tool_choice`,', () => {
  test('is offered the named tool alone and told to call it', async () => {
    const choice = { toolName: 'refund' }
    const { outcome, offers } = await choose(llama, choice, [calls('refund'), 'Refunded.'])
    expect(outcome).toMatchObject({ text: 'Refunded.' })
    const order = 'Call the tool `refund` now. Do not answer in words.'
    expect(offers).toEqual([
      { tools: ['refund'], choice: undefined, order },
      { tools: ['look_up', 'refund'], choice: undefined, order: undefined },
    ])
  })

  test('is told to call one of the tools', async () => {
    const { offers } = await choose(llama, 'required', [calls('look_up'), 'Done.'])
    expect(offers[0]).toMatchObject({
      tools: ['look_up', 'refund'],
      order: 'Call one of the tools now. Do not answer in words.',
    })
  })

  test('is offered nothing where it is to call none', async () => {
    const { offers } = await choose(llama, 'none', ['No.'])
    expect(offers).toEqual([{ tools: [], choice: undefined, order: undefined }])
  })
})

describe('words where a call was wanted', () => {
  test.for([llama, qwen])('are asked for as a call once more (%s)', async (model) => {
    const prose = 'I would use look_up for that.'
    const { outcome, offers } = await choose(model, 'required', [prose, calls('look_up'), 'Ok.'])
    expect(outcome).toMatchObject({ text: 'Ok.' })
    const order = 'Call the tool `look_up` now. Do not answer in words.'
    expect(offers[1]).toMatchObject({ tools: ['look_up'], order })
    expect(offers[2]).toMatchObject({ tools: ['look_up', 'refund'], order: undefined })
  })

  test('fault A21: come twice, and the run fails with `model.no_call` and a valid history', async () => {
    const { outcome, offers } = await choose(qwen, { toolName: 'refund' }, ['No.', 'No, sorry.'])
    expect(outcome).toMatchObject({
      code: 'model.no_call',
      retryable: true,
      message:
        `The model \`${qwen}\` was to call a tool and answered in words. ` +
        "Use a model that calls tools, or leave `toolChoice` at 'auto'.",
    })
    expect(offers[1]).toMatchObject({
      tools: ['refund'],
      choice: { type: 'function', function: { name: 'refund' } },
    })
  })

  test('are void for those who read along', async () => {
    const backend = scriptedBackend(['No.', calls('look_up'), 'Ok.'])
    const runtime = fakeRuntime()
    const agent = createAgent({ backend, model: qwen, tools, toolChoice: 'required', runtime })
    const seen: string[] = []
    for await (const event of agent.stream('Go')) seen.push(event.type)
    expect(seen.indexOf('reply-reset')).toBeGreaterThan(seen.indexOf('text-delta'))
    expect(seen.indexOf('model-reply')).toBeGreaterThan(seen.indexOf('reply-reset'))
  })

  test('twice, are a reason to ask the next model', async () => {
    const backend = scriptedBackend(['No.', 'No.', calls('refund'), 'Refunded.'])
    const choice = { tools, toolChoice: { toolName: 'refund' }, fallback: [llama] }
    const agent = createAgent({ backend, model: qwen, ...choice, runtime: fakeRuntime() })
    expect((await agent.run('Go')).text).toBe('Refunded.')
    expect(backend.requests.map(({ model }) => model)).toEqual([qwen, qwen, llama, llama])
  })

  test('are a call where the call is written as text', async () => {
    const leaked = '{"name":"refund","parameters":{}}'
    const { outcome, offers } = await choose(llama, { toolName: 'refund' }, [leaked, 'Refunded.'])
    expect(outcome).toMatchObject({ text: 'Refunded.' })
    expect(offers).toHaveLength(2)
  })
})

describe('a call that was not offered', () => {
  test('is answered and not run, and the choice holds', async () => {
    const script = [calls('look_up'), calls('refund'), 'Ok.']
    const { outcome, offers } = await choose(llama, { toolName: 'refund' }, script)
    expect(outcome).toMatchObject({
      steps: [
        { toolResults: [{ isError: true }] },
        { toolResults: [{ isError: false, output: 'refund done' }] },
        {},
      ],
    })
    expect(offers.map((offer) => offer.tools.length)).toEqual([1, 1, 2])
  })

  test('is no answer where none is wanted', async () => {
    const { outcome } = await choose(llama, 'none', [calls('refund'), 'Words.'])
    expect(outcome).toMatchObject({ text: 'Words.', steps: [{ toolCalls: [] }] })
  })
})

test('a run may choose for itself', async () => {
  const backend = scriptedBackend([calls('refund'), 'Ok.', 'Hi.'])
  const agent = createAgent({ backend, model: qwen, tools })
  await agent.run('Go', { toolChoice: 'required' })
  await agent.run('Go')
  expect(backend.requests.map(({ inputs }) => inputs.tool_choice)).toEqual([
    'required',
    undefined,
    undefined,
  ])
})

test('a request says which choice it makes', async () => {
  const backend = scriptedBackend([calls('refund'), 'Ok.'])
  const agent = createAgent({ backend, model: qwen, tools, toolChoice: { toolName: 'refund' } })
  const { events } = await agent.run('Go')
  const choices = events.flatMap((event) =>
    event.type === 'model-request' ? [event.toolChoice] : [],
  )
  expect(choices).toEqual([{ toolName: 'refund' }, undefined])
})

describe('a choice that cannot be met is refused before any request', () => {
  const backend = scriptedBackend([])
  test.for([
    [{ toolName: 'refnd' }, 'got `refnd`. Did you mean `refund`?'],
    ['any', "'auto', 'none', 'required' or `{ toolName }`"],
    [{}, "'auto', 'none', 'required' or `{ toolName }`"],
  ] as const)('%j', async ([given, says]) => {
    const toolChoice = given as ToolChoice // what a caller without types may give
    const refused = { code: 'config.invalid', message: expect.stringContaining(says) }
    expect(() => createAgent({ backend, model: qwen, tools, toolChoice })).toThrow(
      expect.objectContaining(refused),
    )
    const agent = createAgent({ backend, model: qwen, tools })
    await expect(agent.run('Go', { toolChoice })).rejects.toMatchObject(refused)
    await expect(
      generate({ backend, model: qwen, messages: 'Go', tools, toolChoice }),
    ).rejects.toMatchObject(refused)
  })

  test('no tools at all', () => {
    expect(() => createAgent({ backend, model: qwen, toolChoice: 'required' })).toThrow(
      /Expected tools to choose from beside `toolChoice`, got none/,
    )
  })
})

describe('one plain call', () => {
  test.for([
    [qwen, { type: 'function', function: { name: 'refund' } }, 2],
    [llama, undefined, 1],
  ] as const)('is made to call a tool (%s)', async ([model, choice, offered]) => {
    const backend = scriptedBackend(['No.', calls('refund')])
    const toolChoice = { toolName: 'refund' }
    const result = await generate({
      backend,
      model,
      messages: 'Go',
      tools,
      toolChoice,
      runtime: fakeRuntime(),
    })
    expect(result.toolCalls).toMatchObject([{ toolName: 'refund' }])
    expect(backend.requests[0]?.inputs.tool_choice).toEqual(choice)
    expect(backend.requests[0]?.inputs.tools).toHaveLength(offered)
    expect(backend.requests[1]?.inputs.tools).toHaveLength(1)
  })

  test('has no choice beside a prompt', async () => {
    const call = generate({
      backend: scriptedBackend([]),
      model: llama,
      prompt: 'Go',
      toolChoice: 'none',
    })
    await expect(call).rejects.toMatchObject({
      message: 'Expected `toolChoice` beside `messages`, got it beside `prompt`.',
    })
  })
})
