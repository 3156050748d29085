import { expect, test } from 'vitest'
import type { UpstreamOptions } from '../../src/index.ts'
import { startEmulator, upstream } from '../../src/index.ts'
import type { Answer } from '../client.ts'
import { call } from '../client.ts'
import type { ServerAnswer } from './model-server.ts'
import { completion, served, startModelServer } from './model-server.ts'

const KEY = 'sk-canary-0123456789'

async function ask(options: UpstreamOptions): Promise<Answer> {
  await using emulator = await startEmulator({ model: upstream(options) })
  return await call(emulator, 'rest', { prompt: 'Hello' })
}

const openai = (status: number, message: string): ServerAnswer => ({
  status,
  json: { error: { code: status, message, type: 'server_error' } },
})

test.each([
  [
    'Ollama without the model',
    openai(404, 'model "llama3.1:8b" not found, try pulling it first'),
    { status: 400, code: 5007, says: 'Run `ollama pull llama3.1:8b`.' },
  ],
  [
    'a model without tools',
    openai(400, 'registry.ollama.ai/library/gemma2:2b does not support tools'),
    { status: 400, code: 8001, says: 'lists under "tools"' },
  ],
  [
    'llama.cpp without its templates',
    openai(500, 'tools param requires --jinja flag'),
    { status: 500, code: 8005, says: 'Start `llama-server` with `--jinja`.' },
  ],
  [
    'llama.cpp while it loads',
    openai(503, 'Loading model'),
    { status: 429, code: 3040, says: 'ask again in a moment' },
  ],
  [
    'llama.cpp with a full window',
    openai(400, 'the request exceeds the available context size. try increasing it'),
    { status: 413, code: 5021, says: 'exceeds the available context size' },
  ],
  [
    "vLLM's older shape of errors",
    {
      status: 400,
      json: {
        object: 'error',
        message:
          '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    },
    { status: 400, code: 8001, says: 'Start `vllm serve` with' },
  ],
  [
    'a wrong key',
    openai(401, `Incorrect API key provided: ${KEY}`),
    { status: 403, code: 3023, says: 'Incorrect API key provided: [redacted]' },
  ],
  [
    'too many requests',
    { ...openai(429, 'slow down'), headers: { 'retry-after': '7' } },
    { status: 429, code: 3040, says: 'slow down' },
  ],
  [
    'an answer that is no completion',
    { json: ['no'] },
    { status: 500, code: 8005, says: '["no"]' },
  ],
] satisfies readonly (readonly [string, ServerAnswer, object])[])(
  'tells what the server said: %s',
  async (_, answer, { status, code, says }) => {
    await using server = await startModelServer(served.ollama('llama3.1:8b'), () => answer)
    const { body, ...rest } = await ask({ baseUrl: server.baseUrl, apiKey: KEY })
    const [error] = body.errors
    expect([rest.status, error.code]).toEqual([status, code])
    expect(error.message).toContain(says)
    expect(JSON.stringify(body)).not.toContain(KEY)
    expect(server.headers[0]?.authorization).toBe(`Bearer ${KEY}`)
    expect(rest.headers.get('retry-after')).toBe(says === 'slow down' ? '7' : null)
  },
)

test('names the command that starts a server that cannot be reached', async () => {
  const runtime = {
    fetch: () => {
      const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      return Promise.reject(new TypeError('fetch failed', { cause }))
    },
  }
  const messages: string[] = []
  for (const port of [11_434, 8080, 8000, 9999]) {
    const { body } = await ask({ baseUrl: `http://127.0.0.1:${port}`, runtime })
    messages.push(body.errors[0].message)
  }
  expect(messages[0]).toContain(
    'The upstream at http://127.0.0.1:11434/v1 cannot be reached (ECONNREFUSED). Start it: `ollama serve`.',
  )
  expect(messages[1]).toContain('llama-server -m')
  expect(messages[2]).toContain('vllm serve')
  expect(messages[3]).toContain('check the address')
})

test('says which models are served when none is known to be the one asked for', async () => {
  await using server = await startModelServer(served.ollama('qwen3:8b', 'phi4:14b'), () =>
    completion({ content: 'Hi.' }),
  )
  const { status, body } = await ask(server)
  expect([status, body.errors[0].code]).toEqual([400, 5007])
  expect(body.errors[0].message).toContain('Run `ollama pull llama3.1:8b`, or say which one to use')
  expect(body.errors[0].message).toContain('It serves `qwen3:8b`, `phi4:14b`.')
  expect(server.bodies).toEqual([])
})

test('knows Ollama by any of its own models, and guesses none of others', async () => {
  const data = [
    { id: 'hf.co/somebody/model', owned_by: 'somebody' },
    { id: 'qwen3:8b', owned_by: 'library' },
  ]
  await using server = await startModelServer({ object: 'list', data }, () =>
    completion({ content: 'Hi.' }),
  )
  const { body } = await ask(server)
  expect(body.errors[0].message).toContain('Run `ollama pull llama3.1:8b`')
})

test('takes a name from `models`, and `*` for all that are not named', async () => {
  await using server = await startModelServer(served.ollama('qwen3:8b'), () =>
    completion({ content: 'Hi.' }),
  )
  await ask({ ...server, models: { '*': 'qwen3:8b' } })
  await ask({ ...server, models: { '@cf/meta/llama-3.1-8b-instruct-fast': 'a', '*': 'b' } })
  expect(server.bodies.map(({ model }) => model)).toEqual(['qwen3:8b', 'a'])
})

test.each([
  ['its tag may be left out', served.ollama('llama3.1:8b'), 'llama3.1:8b'],
  [
    'the name on Hugging Face',
    served.vllm('meta-llama/Llama-3.1-8B-Instruct'),
    'meta-llama/Llama-3.1-8B-Instruct',
  ],
  ['the only model of llama.cpp', served['llama.cpp']('some.gguf'), 'some.gguf'],
  ['a server that tells no models', undefined, '@cf/meta/llama-3.1-8b-instruct-fast'],
])('finds the model by itself: %s', async (_, models, name) => {
  await using server = await startModelServer(models, () => completion({ content: 'Hi.' }))
  expect((await ask(server)).status).toBe(200)
  expect(server.bodies[0]?.model).toBe(name)
})

test.each(['localhost:11434', 'ftp://x', 'http://me:secret@x/v1', 'http://x/v1?key=secret'])(
  'refuses the address %s',
  (baseUrl) => {
    expect(() => upstream({ baseUrl })).toThrow('Expected `baseUrl` to be an http or https address')
  },
)

test('refuses a key that would be no header', () => {
  expect(() => upstream({ baseUrl: 'http://x', apiKey: 'a\nb' })).toThrow('Expected `apiKey`')
})
