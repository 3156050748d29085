import { createAgent, tool } from '@drover/core'
import { rest } from '@drover/rest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { Emulator } from '../../src/index.ts'
import { cassette, startEmulator, upstream } from '../../src/index.ts'
import { call, MODEL } from '../client.ts'
import { completion, delta, DONE, frame, served, startModelServer } from './model-server.ts'

const weather = {
  name: 'get_weather',
  description: 'Current weather',
  parameters: { type: 'object', properties: { city: { type: 'string', description: 'City' } } },
}

/** Text as an event stream of Ollama ends it. */
const ollamaEnd = [
  delta({ role: 'assistant', content: '' }, 'stop'),
  frame({ choices: [], usage: { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 } }),
  DONE,
]

test('sends the conversation, the tools and the sampling as the server takes them', async () => {
  await using server = await startModelServer(served.vllm('my-model'), () =>
    completion({ content: 'Warm.' }),
  )
  await using emulator = await startEmulator({ model: upstream(server) })
  const written = '{"name":"get_weather","parameters":{"city":"Lisbon"}}'
  await call(emulator, 'rest', {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Is it warm?' },
      { role: 'assistant', content: written },
      { role: 'tool', name: 'get_weather', content: '26' },
    ],
    tools: [weather],
    temperature: 0.2,
    top_k: 5,
    repetition_penalty: 1.1,
    seed: 9,
    stop: ['END'],
    max_tokens: 64,
  })
  expect(server.bodies).toEqual([
    {
      model: 'my-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Is it warm?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            {
              id: 'call_0',
              type: 'function',
              function: { name: 'get_weather', arguments: '{"city":"Lisbon"}' },
            },
          ],
        },
        { role: 'tool', content: '26', tool_call_id: 'call_0' },
      ],
      tools: [{ type: 'function', function: weather }],
      max_tokens: 64,
      temperature: 0.2,
      seed: 9,
      stop: ['END'],
      top_k: 5,
      repetition_penalty: 1.1,
      stream: false,
    },
  ])
})

test.each([
  ['ollama', served.ollama('llama3.1:8b'), {}],
  ['llama.cpp', served['llama.cpp']('model.gguf'), { top_k: 5, repeat_penalty: 1.1 }],
  ['vllm', served.vllm('my-model'), { top_k: 5, repetition_penalty: 1.1 }],
])('gives %s only the sampling it knows', async (_, models, own) => {
  await using server = await startModelServer(models, () => completion({ content: 'Hi.' }))
  await using emulator = await startEmulator({ model: upstream(server) })
  await call(emulator, 'rest', { prompt: 'Hello', top_k: 5, repetition_penalty: 1.1 })
  const [{ model: _model, ...body } = {}] = server.bodies
  expect(body).toEqual({
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 256,
    temperature: 0.6,
    stream: false,
    ...own,
  })
})

test('answers in the dialect of the model that was asked for, with the tokens the server counted', async () => {
  const toolCall = {
    id: 'call_9',
    index: 0,
    type: 'function',
    function: { name: 'get_weather', arguments: '{"city":"Lisbon"}' },
  }
  await using server = await startModelServer(served.ollama('llama3.1:8b', 'qwen3:30b'), () =>
    completion({ content: '', tool_calls: [toolCall] }, 'tool_calls'),
  )
  await using emulator = await startEmulator({ model: upstream(server) })
  const inputs = { messages: [{ role: 'user', content: 'Warm?' }], tools: [weather] }
  const flat = await call(emulator, 'rest', inputs)
  expect(flat.body.result).toMatchObject({
    response: null,
    tool_calls: [{ name: 'get_weather', arguments: { city: 'Lisbon' } }],
    usage: { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 },
  })
  const chat = await call(emulator, 'rest', inputs, { model: '@cf/qwen/qwen3-30b-a3b-fp8' })
  expect(chat.body.result.choices).toMatchObject([
    { message: { content: null }, finish_reason: 'tool_calls' },
  ])
  expect(server.bodies.map(({ model }) => model)).toEqual(['llama3.1:8b', 'qwen3:30b'])
})

test('hands out a call that the server cut as the text it began with', async () => {
  const toolCall = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"city":"Li' } }
  await using server = await startModelServer(served.vllm('m'), () =>
    completion({ content: null, tool_calls: [toolCall] }, 'length'),
  )
  await using emulator = await startEmulator({ model: upstream(server) })
  const { body } = await call(emulator, 'rest', { prompt: 'x', max_tokens: 7 })
  expect(body.result).toMatchObject({
    response: '{"name":"f","parameters":{"city":"Li',
    usage: { completion_tokens: 7 },
  })
})

test('passes the first piece of a stream on before the server has the second', async () => {
  let go: (chunk: string) => void = () => {}
  const second = new Promise<string>((resolve) => {
    go = resolve
  })
  await using server = await startModelServer(served.ollama('llama3.1:8b'), () => ({
    chunks: [delta({ role: 'assistant', content: 'Hel' }), second, ...ollamaEnd],
  }))
  await using emulator = await startEmulator({ model: upstream(server) })
  const response = await stream(emulator, { prompt: 'Hello', stream: true })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('"response":"Hel"')
  go(delta({ role: 'assistant', content: 'lo' }))
  let rest = ''
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    rest += next.value
  }
  expect(rest).toContain('"response":"lo"')
  expect(rest).toContain('"usage":{"prompt_tokens":31,"completion_tokens":7,"total_tokens":38')
  expect(rest.endsWith('data: [DONE]\n\n')).toBe(true)
  expect(server.bodies[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } })
})

test('tells the server that the client has left', async () => {
  await using server = await startModelServer(served.ollama('llama3.1:8b'), () => ({
    chunks: [delta({ content: 'Hel' }), new Promise<string>(() => {})],
  }))
  await using emulator = await startEmulator({ model: upstream(server) })
  const response = await stream(emulator, { prompt: 'Hello', stream: true })
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await server.left
  expect(emulator.requests).toHaveLength(1)
})

test.each([
  [
    'llama.cpp, in pieces',
    [piece(0, 'a', 'f', ''), piece(0, '', '', '{"n":'), piece(0, '', '', '1}')],
  ],
  ['Ollama, whole', [piece(0, 'a', 'f', '{"n":1}')]],
  [
    'an older Ollama, all calls numbered 0',
    [piece(0, 'a', 'f', '{"n":1}'), piece(0, 'b', 'g', '{}')],
  ],
  [
    'vLLM, interleaved',
    [
      piece(0, 'a', 'f', '{"n"'),
      piece(1, 'b', 'g', '{'),
      piece(0, '', '', ':1}'),
      piece(1, '', '', '}'),
    ],
  ],
])('reads streamed calls as %s writes them', async (_, pieces) => {
  await using server = await startModelServer(served.vllm('m'), () => ({
    chunks: [delta({ role: 'assistant', content: null }), ...pieces, delta({}, 'tool_calls'), DONE],
  }))
  const model = upstream(server)
  await using emulator = await startEmulator({ model, streaming: { variant: 'native-functions' } })
  const text = await (await stream(emulator, { prompt: 'x', stream: true })).text()
  const both = pieces.length !== 3 && pieces.length !== 1
  expect(text).toContain(String.raw`"function":{"name":"f","arguments":"{\"n\":1}"}`)
  expect(text.includes('"name":"g"')).toBe(both)
})

test('tells in the stream what went wrong after it began', async () => {
  const error = { error: { message: 'out of memory', type: 'server_error', code: 500 } }
  await using server = await startModelServer(served.vllm('m'), (body) => ({
    chunks: [delta({ content: 'Hel' }), ...(body.seed === 1 ? [frame(error), DONE] : [])],
  }))
  await using emulator = await startEmulator({ model: upstream(server) })
  const failed = await stream(emulator, { prompt: 'x', seed: 1, stream: true })
  expect(await failed.text()).toMatch(/"Hel".*"errors":\[.*broke off: out of memory.*8005/s)
  const cut = await (await stream(emulator, { prompt: 'x', seed: 2, stream: true })).text()
  expect(cut).toContain('ended its stream before the reply was whole')
  expect(cut).not.toContain('[DONE]')
})

test('streams a reply with a fault once the server has given all of it', async () => {
  await using server = await startModelServer(served.ollama('llama3.1:8b'), () => ({
    chunks: [delta({ content: 'Hello there' }), ...ollamaEnd],
  }))
  await using emulator = await startEmulator({
    model: upstream(server),
    streaming: { fault: { type: 'ended-early', afterFrames: 1 } },
  })
  const text = await (await stream(emulator, { prompt: 'x', stream: true })).text()
  expect(text.match(/data:/g)).toHaveLength(1)
})

test('answers a stream that the server refused to stream', async () => {
  await using server = await startModelServer(served.vllm('m'), () =>
    completion({ content: 'Hi.' }),
  )
  await using emulator = await startEmulator({ model: upstream(server) })
  const text = await (await stream(emulator, { prompt: 'x', stream: true })).text()
  expect(text).toContain('[DONE]')
})

test("wraps Workers AI's bare schema as OpenAI's wire names it", async () => {
  await using server = await startModelServer(served.vllm('m'), () => completion({ content: '{}' }))
  const { reply } = upstream(server)
  const schema = { type: 'object' }
  const inputs = { response_format: { type: 'json_schema', json_schema: schema } }
  await reply({ model: MODEL, inputs, tools: [], messages: [], prompt: 'x' })
  expect(server.bodies[0]?.response_format).toEqual({
    type: 'json_schema',
    json_schema: { name: 'answer', schema },
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

test('a stream that was recorded while it came is replayed as it was', async () => {
  // Nothing is recorded on a CI machine.
  vi.stubEnv('CI', '')
  const folder = await mkdtemp(join(tmpdir(), 'drover-upstream-'))
  const file = join(folder, 'stream.json')
  const inputs = { prompt: 'Hello', stream: true }
  await using server = await startModelServer(served.ollama('llama3.1:8b'), () => ({
    chunks: [delta({ content: 'Hel' }), delta({ content: 'lo' }), ...ollamaEnd],
  }))
  const recording = await startEmulator({ model: upstream(server), record: file })
  const said = await (await stream(recording, inputs)).text()
  await recording.close()
  await using replaying = await startEmulator({ model: cassette(file) })
  expect(await (await stream(replaying, inputs)).text()).toBe(said)
  expect(said).toContain('"Hel"')
  await rm(folder, { recursive: true })
})

test('an agent on REST runs its tools with a model server behind the emulator', async () => {
  await using server = await startModelServer(served.ollama('llama3.1:8b'), ({ messages }) => {
    const answered = Array.isArray(messages) && messages.length > 2
    const toolCall = { id: 'call_x', index: 0, type: 'function' }
    const input = { name: 'double', arguments: '{"n":21}' }
    return answered
      ? completion({ content: 'It is 42.' })
      : completion({ content: '', tool_calls: [{ ...toolCall, function: input }] }, 'tool_calls')
  })
  await using emulator = await startEmulator({ model: upstream(server) })
  const double = tool({
    name: 'double',
    description: 'Doubles a number',
    input: z.object({ n: z.number().describe('The number') }),
    execute: ({ n }) => n * 2,
  })
  const backend = rest({ accountId: 'any', apiToken: 'any', baseUrl: emulator.url })
  const result = await createAgent({ backend, model: MODEL, tools: [double] }).run('Twice 21?')
  expect(result.text).toBe('It is 42.')
  expect(server.bodies[1]?.messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'call_0' }] },
    { role: 'tool', content: '42', tool_call_id: 'call_0' },
  ])
})

/** A piece of a call as it comes in a stream. */
function piece(index: number, id: string, name: string, text: string): string {
  const head = id === '' ? {} : { id, type: 'function' }
  const named = name === '' ? {} : { name }
  return delta({ tool_calls: [{ index, ...head, function: { ...named, arguments: text } }] })
}

function stream(emulator: Emulator, inputs: object): Promise<Response> {
  return fetch(`${emulator.url}/client/v4/accounts/any/ai/run/${MODEL}`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify(inputs),
  })
}
