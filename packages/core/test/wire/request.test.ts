import { createAgent, generate, tool, type Message } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import type { Backend, WireRequest } from '@drover/core'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const llama = '@cf/meta/llama-3.1-8b-instruct-fast'
const glm = '@cf/zai-org/glm-4.7-flash'
const look = tool({
  name: 'look',
  description: 'Looks somewhere',
  input: z.object({ where: z.string() }),
  execute: ({ where }) => `nothing at ${where}`,
})
const asks = (text: string, ...places: string[]) => ({
  text,
  toolCalls: places.map((where) => ({ toolName: 'look', input: { where } })),
})

const secondRequest = async (model: string, reply: ReturnType<typeof asks>) => {
  const backend = scriptedBackend([reply, 'Done.'])
  await createAgent({ backend, model, tools: [look] }).run('Go')
  return backend.requests[1]?.inputs.messages ?? []
}

describe('the history a Llama model gets', () => {
  test('shows one call a turn, each with its answer, in the order they were asked for', async () => {
    const messages = await secondRequest(llama, asks('Let me see.', 'left', 'right'))
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Go'],
      ['assistant', 'Let me see.\n{"name":"look","parameters":{"where":"left"}}'],
      ['tool', 'nothing at left'],
      ['assistant', '{"name":"look","parameters":{"where":"right"}}'],
      ['tool', 'nothing at right'],
    ])
    expect(messages[1]?.tool_calls).toEqual([
      {
        id: 'call00001',
        type: 'function',
        function: { name: 'look', arguments: '{"where":"left"}' },
      },
    ])
    expect(messages[2]).toMatchObject({ name: 'look', tool_call_id: 'call00001' })
  })
})

describe('the history an OpenAI-dialect model gets', () => {
  test('keeps the turn as it was, with text in content and calls beside it', async () => {
    const messages = await secondRequest(glm, asks('Let me see.', 'left', 'right'))
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Go'],
      ['assistant', 'Let me see.'],
      ['tool', 'nothing at left'],
      ['tool', 'nothing at right'],
    ])
    expect(messages[1]?.tool_calls).toHaveLength(2)
  })
})

test('content is a string for every role, on every model', async () => {
  for (const model of [llama, glm]) {
    const messages = await secondRequest(model, asks('', 'left'))
    expect(messages.every(({ content }) => typeof content === 'string')).toBe(true)
  }
})

test('the text that REST sends and the object that the binding sends say the same, at every step', async () => {
  const pairs: [unknown, unknown][] = []
  const script = scriptedBackend([asks('', 'a', 'b'), asks('', 'c'), 'Done.'])
  const backend: Backend = {
    name: 'both',
    send: (request: WireRequest, options) => {
      pairs.push([JSON.parse(request.body()), structuredClone(request.inputs)])
      return script.send(request, options)
    },
  }
  await createAgent({
    backend,
    model: llama,
    tools: [look],
    instructions: 'Be brief.',
    maxSteps: 2,
  }).run('Go')
  expect(pairs).toHaveLength(3)
  for (const [text, object] of pairs) expect(text).toEqual(object)
})

test('tools stand before messages, so that the constant part of every request is its beginning', async () => {
  const bodies: string[] = []
  const script = scriptedBackend([asks('', 'a'), 'Done.'])
  const backend: Backend = {
    name: 'text',
    send: (request, options) => {
      bodies.push(request.body())
      return script.send(request, options)
    },
  }
  await createAgent({ backend, model: llama, tools: [look] }).run('Go')
  const [first = '', second = ''] = bodies
  const constant = first.slice(0, first.indexOf('"role":"user","content":"Go"}') + 28)
  expect(first.startsWith('{"tools":[')).toBe(true)
  expect(second.startsWith(constant)).toBe(true)
})

test.each([
  ['flat', ['name', 'description', 'parameters']],
  ['function', ['type', 'function']],
  ['auto', ['type', 'function']],
] as const)('tools are sent in the %s format', async (toolFormat, keys) => {
  const backend = scriptedBackend(['Hi.'])
  await createAgent({ backend, model: llama, tools: [look], toolFormat }).run('Go')
  expect(Object.keys(backend.requests[0]?.inputs.tools?.[0] ?? {})).toEqual(keys)
})

test('text that no UTF-8 can carry is made well-formed on its way to the wire', async () => {
  const backend = scriptedBackend(['Hi.'])
  const result = await createAgent({ backend, model: llama }).run('half a pair: \ud83d!')
  expect(backend.requests[0]?.inputs.messages?.[0]?.content).toBe('half a pair: \ufffd!')
  expect(result.messages[0]?.content).toBe('half a pair: \ud83d!')
})

describe('a model whose template takes one system message, the first', () => {
  const roles = (
    backend: { requests: readonly { inputs: WireRequest['inputs'] }[] },
    index: number,
  ) => backend.requests[index]?.inputs.messages?.map(({ role }) => role)

  test('gets the instructions and the system message of the history as one', async () => {
    for (const model of [llama, glm]) {
      const backend = scriptedBackend(['Hi.', 'Hi.'])
      const agent = createAgent({ backend, model, instructions: 'Be brief.' })
      await agent.run([
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Go' },
      ])
      expect(backend.requests[0]?.inputs.messages?.[0]).toEqual({
        role: 'system',
        content: 'Be brief.\n\nBe kind.',
      })
      expect(roles(backend, 0)).toEqual(['system', 'user'])
      await agent.run([
        { role: 'system', content: 'x'.repeat(131_072) },
        { role: 'user', content: 'Go' },
      ])
      expect(roles(backend, 1)).toEqual(['system', 'system', 'user'])
    }
  })

  test('is told to answer by a message of the user, Llama by one of the system', async () => {
    for (const [model, role] of [
      [llama, 'system'],
      [glm, 'user'],
    ] as const) {
      const backend = scriptedBackend([asks('', 'left'), 'Done.'])
      await createAgent({ backend, model, tools: [look], maxSteps: 1 }).run('Go')
      expect(roles(backend, 1)).toEqual(['user', 'assistant', 'tool', role])
    }
  })
})

describe('one plain call', () => {
  test('sends every field of the prompt input in the wire’s words', async () => {
    const backend = scriptedBackend(['Hi.'])
    await generate({
      backend,
      model: llama,
      prompt: 'Hello',
      raw: true,
      lora: 'my-adapter',
      image: new Uint8Array([0, 255]),
      maxTokens: 7,
      temperature: 0.5,
      topP: 1,
      topK: 3,
      seed: 9,
      repetitionPenalty: 1.1,
      frequencyPenalty: 0.2,
      presencePenalty: 0.3,
    })
    expect(backend.requests[0]?.inputs).toEqual({
      prompt: 'Hello',
      raw: true,
      lora: 'my-adapter',
      image: [0, 255],
      max_tokens: 7,
      temperature: 0.5,
      top_p: 1,
      top_k: 3,
      seed: 9,
      repetition_penalty: 1.1,
      frequency_penalty: 0.2,
      presence_penalty: 0.3,
    })
  })

  test('sends messages with instructions, image, functions and tools, and gives calls back unrun', async () => {
    const backend = scriptedBackend([asks('', 'left')])
    const messages: Message[] = [{ role: 'user', content: 'Go' }]
    const functions = [{ name: 'f', code: 'return 1' }]
    const result = await generate({
      backend,
      model: llama,
      messages,
      instructions: 'Be brief.',
      image: 'binary',
      functions,
      tools: [look],
    })
    const inputs = backend.requests[0]?.inputs
    expect(inputs?.messages?.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(inputs).toMatchObject({ image: 'binary', functions, max_tokens: 2048 })
    expect(inputs?.tools).toHaveLength(1)
    expect(result.toolCalls).toEqual([
      { toolCallId: 'call00001', toolName: 'look', input: { where: 'left' } },
    ])
    expect(result.finishReason).toBe('tool-calls')
  })

  test('refuses an image that is no bytes', async () => {
    const backend = scriptedBackend([])
    await expect(generate({ backend, model: llama, prompt: 'a', image: [256] })).rejects.toThrow(
      '`image`',
    )
  })
})

test('lone surrogates of instructions, names and inputs never reach the wire, in no spelling', async () => {
  const toolCalls = [
    { toolName: 'look', input: { where: '\ud800 \\ud800', 'k\udfff': '😀' } },
    { toolName: 'x\ud800' },
  ]
  for (const model of [llama, glm]) {
    const scripted = scriptedBackend([{ toolCalls }, 'Done.'])
    let body = ''
    const send: Backend['send'] = (request, options) => {
      body = request.body()
      return scripted.send(request, options)
    }
    await createAgent({
      backend: { ...scripted, send },
      model,
      tools: [look],
      instructions: 'a\ud83d',
      repair: false,
    }).run('Go')
    const messages: NonNullable<WireRequest['inputs']['messages']> = JSON.parse(body).messages
    expect(body.isWellFormed()).toBe(true)
    expect(messages[0]).toEqual({ role: 'system', content: 'a\ufffd' })
    const sent = messages.flatMap((message) => message.tool_calls ?? [])
    expect(sent.map((call) => call.function.name)).toEqual(['look', 'x\ufffd'])
    expect(JSON.parse(sent[0]?.function.arguments ?? '')).toEqual({
      where: '\ufffd \\ud800',
      'k\ufffd': '😀',
    })
    expect(messages.flatMap(({ name }) => name ?? [])).toEqual(['look', 'x\ufffd'])
    const shown = messages.filter(({ role, content }) => role === 'assistant' && content !== '')
    expect(shown.map(({ content }) => JSON.parse(content).name)).toEqual(
      model === llama ? ['look', 'x\ufffd'] : [],
    )
  }
})
