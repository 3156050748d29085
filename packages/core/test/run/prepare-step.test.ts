import { createAgent, tool, type PrepareStep, type StepInfo } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const llama = '@cf/meta/llama-3.1-8b-instruct-fast'
const qwen = '@cf/qwen/qwen3-30b-a3b-fp8'

const named = (name: string) =>
  tool({
    name,
    description: `Does ${name}`,
    input: z.object({}),
    effect: 'read',
    execute: () => `${name} done`,
  })
const tools = [named('search'), named('read'), named('write')]
const calls = (...names: string[]) => ({
  toolCalls: names.map((toolName) => ({ toolName, input: {} })),
})

/** A run with a hook. */
async function prepare(
  prepareStep: PrepareStep,
  script: Parameters<typeof scriptedBackend>[0],
  options: Partial<Parameters<typeof createAgent>[0]> = {},
) {
  const backend = scriptedBackend(script)
  const agent = createAgent({
    backend,
    model: llama,
    tools,
    instructions: 'Be brief.',
    prepareStep,
    ...options,
  })
  const result = await agent.run('Go')
  backend.assertComplete()
  const requests = result.events.flatMap((event) => (event.type === 'model-request' ? [event] : []))
  return { result, requests, sent: backend.requests }
}

test('sees where the run stands before each model call, the last one too', async () => {
  const seen: StepInfo[] = []
  await prepare(
    (info) => {
      seen.push({ ...info, steps: [...info.steps], messages: [...info.messages] })
    },
    [calls('search'), 'Found.'],
    { maxSteps: 1 },
  )
  expect(seen).toMatchObject([
    { step: 1, closing: false, steps: [], messages: [{ role: 'user' }] },
    {
      step: 2,
      closing: true,
      steps: [{ step: 1 }],
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool' }],
      usage: { requests: 1 },
    },
  ])
})

test('changes nothing where it gives nothing', async () => {
  const { requests, sent } = await prepare(() => undefined, [calls('search'), 'Found.'])
  expect(requests[0]).not.toHaveProperty('changed')
  expect(sent[1]?.inputs.messages?.slice(0, 2)).toEqual(sent[0]?.inputs.messages)
})

test('changes the model, which gets the history in its own form, for one step', async () => {
  const { requests, sent, result } = await prepare(
    async ({ step }) => (step === 2 ? { model: qwen } : undefined),
    [calls('search'), calls('read'), 'Done.'],
  )
  expect(sent.map(({ model }) => model)).toEqual([llama, qwen, llama])
  expect(requests.map(({ model, changed }) => [model, changed])).toEqual([
    [llama, undefined],
    [qwen, ['model']],
    [llama, undefined],
  ])
  expect(result.steps.map(({ model }) => model)).toEqual([llama, qwen, llama])
  // Qwen's turns hold calls in `tool_calls` alone; Llama's show them as text too.
  expect(sent[1]?.inputs.messages?.[2]?.content).toBe('')
  expect(sent[2]?.inputs.messages?.[2]?.content).toBe('{"name":"search","parameters":{}}')
  expect(requests[1]?.maxTokens).toBe(sent[1]?.inputs.max_tokens)
})

test('changes the tools that are offered and run', async () => {
  const { requests, sent, result } = await prepare(
    ({ step }) => (step === 1 ? { activeTools: ['read', 'search'] } : {}),
    [calls('write'), calls('write'), 'Done.'],
  )
  const offered = sent.map(({ inputs }) =>
    inputs.tools?.map((each) => Reflect.get(each, 'function').name),
  )
  expect(offered).toEqual([
    ['search', 'read'],
    ['search', 'read', 'write'],
    ['search', 'read', 'write'],
  ])
  expect(requests.map(({ activeTools }) => activeTools)).toEqual([
    ['read', 'search'],
    undefined,
    undefined,
  ])
  expect(result.steps.map(({ toolResults }) => toolResults.map(({ isError }) => isError))).toEqual([
    [true],
    [false],
    [],
  ])
})

test('offers no tools at all', async () => {
  const { sent } = await prepare(() => ({ activeTools: [] }), ['Hi.'])
  expect(sent[0]?.inputs).not.toHaveProperty('tools')
})

test('changes the instructions, the choice and the sampling', async () => {
  const { sent } = await prepare(
    ({ step }) =>
      step === 1
        ? {
            instructions: 'Search.',
            toolChoice: { toolName: 'search' },
            temperature: 0,
            maxTokens: 99,
          }
        : undefined,
    [calls('search'), 'Found.'],
    { model: qwen, temperature: 1, topK: 5 },
  )
  expect(sent[0]?.inputs).toMatchObject({
    messages: [{ role: 'system', content: 'Search.' }, { role: 'user' }],
    tool_choice: { type: 'function', function: { name: 'search' } },
    temperature: 0,
    top_k: 5,
    max_tokens: 99,
  })
  expect(sent[1]?.inputs).toMatchObject({
    messages: [{ role: 'system', content: 'Be brief.' }, {}, {}, {}],
    temperature: 1,
  })
  expect(sent[1]?.inputs).not.toHaveProperty('tool_choice')
})

test('shows the model other messages, and the conversation stays', async () => {
  const { sent, result } = await prepare(
    ({ step }) => (step === 2 ? { messages: [{ role: 'user', content: 'Sum up.' }] } : undefined),
    [calls('search'), 'Found.'],
  )
  expect(sent[1]?.inputs.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Sum up.' },
  ])
  expect(result.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
  ])
})

test('holds for the last call, which offers no tools whatever is active', async () => {
  const { sent } = await prepare(
    ({ closing }) => (closing ? { model: qwen, activeTools: ['read'], temperature: 0 } : undefined),
    [calls('search'), 'Found.'],
    { maxSteps: 1 },
  )
  expect(sent[1]).toMatchObject({ model: qwen, inputs: { temperature: 0 } })
  expect(sent[1]?.inputs).not.toHaveProperty('tools')
})

test('gets the context of the run', async () => {
  interface User {
    readonly isAdmin: boolean
  }
  const backend = scriptedBackend(['Hi.'])
  const agent = createAgent<User>({
    backend,
    model: llama,
    tools,
    prepareStep: ({ context }) => ({ activeTools: context.isAdmin ? ['write'] : ['read'] }),
  })
  await agent.run('Go', { context: { isAdmin: true } })
  expect(backend.requests[0]?.inputs.tools).toHaveLength(1)
  expect(JSON.stringify(backend.requests[0]?.inputs.tools)).toContain('write')
})

describe('ends the run', () => {
  const rejects = async (
    prepareStep: PrepareStep,
    script: Parameters<typeof scriptedBackend>[0],
  ) => {
    const backend = scriptedBackend(script)
    const agent = createAgent({ backend, model: llama, tools, prepareStep })
    const stream = agent.stream('Go')
    const error: unknown = await stream.result.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    const events = []
    try {
      for await (const event of stream) events.push(event)
    } catch {
      // What `result` threw already.
    }
    return { error, events, requests: backend.requests.length }
  }

  test('with what it throws, and every call has its answer', async () => {
    const mine = new Error('mine')
    const { error, events } = await rejects(
      ({ step }) => {
        if (step === 2) throw mine
      },
      [calls('search')],
    )
    expect(error).toBe(mine)
    expect(events.map(({ type }) => type).slice(-3)).toEqual(['tool-result', 'step-end', 'run-end'])
    expect(events.at(-1)).toMatchObject({ stopReason: 'error' })
  })

  test.for([
    ['no object', 'fast', 'config.invalid', 'what `prepareStep` gives'],
    ['an unknown model', { model: '@cf/none/at-all' }, 'config.model', 'unknown'],
    ['no model id', { model: 7 }, 'config.model', ''],
    ['an unknown tool', { activeTools: ['serch'] }, 'config.invalid', 'Did you mean `search`?'],
    ['no list of tools', { activeTools: 'search' }, 'config.invalid', '`activeTools`'],
    [
      'a choice that is not offered',
      { activeTools: ['read'], toolChoice: { toolName: 'write' } },
      'config.invalid',
      '`write`',
    ],
    [
      'an open call',
      {
        messages: [
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ toolCallId: 'a', toolName: 'read', input: {} }],
          },
        ],
      },
      'config.input',
      'Expected message 0 to be followed',
    ],
    ['no messages', { messages: [] }, 'config.input', 'at least one message'],
    ['no temperature', { temperature: 9 }, 'config.invalid', '`temperature`'],
    ['no instructions', { instructions: 7 }, 'config.input', '`instructions`'],
  ] as const)('with a typed error for %s', async ([, given, code, says]) => {
    // What a caller without types may give.
    const { error, requests } = await rejects(() => given as never, [])
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) })
    expect(requests).toBe(0)
  })

  test('at once when it is aborted while it waits', async () => {
    const abort = new AbortController()
    const agent = createAgent({
      backend: scriptedBackend([]),
      model: llama,
      prepareStep: () => {
        queueMicrotask(() => abort.abort(new Error('enough')))
        return new Promise<never>(() => {})
      },
    })
    await expect(agent.run('Go', { signal: abort.signal })).rejects.toThrow('enough')
  })

  test('not where it is no function: that is refused before', () => {
    const prepareStep = 'fast' as never // what a caller without types may give
    expect(() => createAgent({ backend: scriptedBackend([]), model: llama, prepareStep })).toThrow(
      /`prepareStep` to be a function/,
    )
  })
})
