import { createAgent, generate } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { script, startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { sentWith } from './sent.ts'
import { thrownBy } from './thrown.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const request = { model, inputs: { prompt: 'Hi' }, body: () => '{"prompt":"Hi"}' }

test("a request is that of the model page's curl sample, and says that it is JSON", async () => {
  const { url, init, headers } = await sentWith({
    accountId: 'c0ffee00c0ffee00c0ffee00c0ffee00',
    apiToken: 'my-token',
  })
  expect(url).toBe(
    `https://api.cloudflare.com/client/v4/accounts/c0ffee00c0ffee00c0ffee00c0ffee00/ai/run/${model}`,
  )
  expect(init.method).toBe('POST')
  expect(headers).toEqual({ authorization: 'Bearer my-token', 'content-type': 'application/json' })
  expect(init.body).toBe('{"prompt":"Hi"}')
})

test("the inputs of the model page's curl sample are the whole body", async () => {
  const bodies: unknown[] = []
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    bodies.push(init.body)
    return Response.json({
      result: { response: 'Hello, World!' },
      success: true,
      errors: [],
      messages: [],
    })
  }
  const messages = [
    { role: 'system' as const, content: 'You are a friendly assistant' },
    { role: 'user' as const, content: 'Why is pizza so good' },
  ]
  const backend = rest({ accountId: 'account', apiToken: 'token', fetch })
  const { text } = await generate({ backend, model, messages, maxTokens: 256 })
  expect(text).toBe('Hello, World!')
  expect(bodies).toEqual([JSON.stringify({ messages, max_tokens: 256 })])
})

test('it reaches a local Workers AI by nothing but its address', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'Hello.' }]) })
  const backend = rest({ accountId: 'any', apiToken: 'any', baseUrl: emulator.url })
  expect((await createAgent({ backend, model }).run('Hi')).text).toBe('Hello.')
  expect(emulator.requests).toMatchObject([
    { front: 'rest', model, path: `/client/v4/accounts/any/ai/run/${model}`, status: 200 },
  ])
})

test('the token is what a local Workers AI checks', async () => {
  await using emulator = await startEmulator({
    apiToken: 'right',
    model: script([{ text: 'Hi.' }]),
  })
  const ask = (apiToken: string): Promise<unknown> =>
    createAgent({
      backend: rest({ accountId: 'any', apiToken, baseUrl: emulator.url }),
      model,
    }).run('Hi')
  await expect(ask('wrong')).rejects.toMatchObject({ code: 'http.auth', status: 401 })
  await expect(ask('right')).resolves.toMatchObject({ text: 'Hi.' })
})

test('a session is named where prompts are to be found again', async () => {
  const { headers } = await sentWith({ sessionAffinity: 'session-1' })
  expect(headers['x-session-affinity']).toBe('session-1')
})

test('a session that would break the header is refused before any request', () => {
  const make = (sessionAffinity: string) => () =>
    rest({ accountId: 'account', apiToken: 'token', sessionAffinity })
  for (const session of ['', ' ', 'a\nb', 'ü', 'x'.repeat(1025)]) {
    expect(thrownBy(make(session))).toMatchObject({ code: 'config.invalid' })
  }
})

test.for([
  '../../user',
  '@cf/../../../user',
  '@cf/x?y',
  '@cf/x#y',
  '@cf//x',
  '%2e%2e/x',
  '@cf/x y',
  '',
  'a\\b',
])('the model "%s" cannot lead the request elsewhere', async (wrong) => {
  await expect(sentWith({}, wrong)).rejects.toMatchObject({ code: 'config.model' })
})

test('a model that is newer than the catalogue is admitted by its profile, but not with any name', async () => {
  const { url } = await sentWith({}, '@cf/new/model-9.1_fp8')
  expect(url).toMatch(/\/ai\/run\/@cf\/new\/model-9\.1_fp8$/)
  const backend = rest({ accountId: 'account', apiToken: 'token' })
  expect(thrownBy(() => createAgent({ backend, model: '@cf/../x', profile: {} }))).toMatchObject({
    code: 'config.model',
  })
})

test('a redirect is not followed, the token goes nowhere else, and the run says so', async () => {
  const seen: unknown[] = []
  const elsewhere = createServer((incoming, response) => {
    seen.push(incoming.headers)
    response.end('{}')
  })
  const redirecting = createServer((_incoming, response) => {
    response.writeHead(307, { location: addressOf(elsewhere) })
    response.end()
  })
  await Promise.all(
    [elsewhere, redirecting].map(
      (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(null))),
    ),
  )
  try {
    const backend = rest({
      accountId: 'account',
      apiToken: 'token',
      baseUrl: addressOf(redirecting),
    })
    const run = createAgent({ backend, model, runtime: fakeRuntime() }).run('Hi')
    await expect(run).rejects.toMatchObject({
      code: 'http.protocol',
      status: 307,
      retryable: false,
      message: expect.stringContaining('redirects are not followed'),
    })
    expect(seen).toEqual([])
  } finally {
    for (const server of [elsewhere, redirecting]) {
      server.closeAllConnections()
      server.close()
    }
  }
})

test('an abort is told to `fetch`, and its reason comes back as it is', async () => {
  const reason = new Error('Enough.')
  const fetch = (_url: string, { signal }: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  const controller = new AbortController()
  const backend = rest({ accountId: 'account', apiToken: 'token', fetch })
  const sending = backend.send(request, { signal: controller.signal })
  controller.abort(reason)
  await expect(sending).rejects.toBe(reason)
})

test('the text is asked for once, and the object not at all', async () => {
  let asked = 0
  const fetch = async (): Promise<Response> => Response.json({})
  const backend = rest({ accountId: 'account', apiToken: 'token', fetch })
  const once = {
    model,
    get inputs(): never {
      throw new Error('Expected nobody to look at the object.')
    },
    body: () => `${(asked += 1)}`,
  }
  await backend.send(once, {})
  expect(asked).toBe(1)
})

test('a `fetch` that is no function is refused before any request', () => {
  const fetch = 'https://example.com' as never // wrong on purpose
  expect(thrownBy(() => rest({ accountId: 'account', apiToken: 'token', fetch }))).toMatchObject({
    code: 'config.invalid',
  })
})

function addressOf(server: ReturnType<typeof createServer>): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}
