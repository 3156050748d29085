import { request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import type { AnsweredRequest, Emulator } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { call, MODEL } from './client.ts'

const model = script(() => ({ toolCalls: [{ toolName: 'f', input: {} }] }))

function send(
  { port }: Emulator,
  headers: OutgoingHttpHeaders,
  path = '/run',
  method = 'POST',
): Promise<number> {
  const all = { 'content-type': 'application/json', 'cf-consn-model-id': MODEL, ...headers }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: all }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(method === 'GET' ? undefined : '{"inputs":{"prompt":"hello"}}')
  })
}

test('listens on another interface only with a token', async () => {
  await expect(startEmulator({ host: '0.0.0.0' })).rejects.toThrow(
    'Expected `apiToken` beside `host`',
  )
})

test('on another interface every front and method needs the token', async () => {
  await using emulator = await startEmulator({ model, host: '0.0.0.0', apiToken: 'secret' })
  const right = { authorization: 'Bearer secret' }
  expect(await send(emulator, right)).toBe(200)
  expect(await send(emulator, {})).toBe(401)
  expect(await send(emulator, { authorization: 'Bearer secre' })).toBe(401)
  expect(await send(emulator, { authorization: 'bearer' })).toBe(401)
  expect(await send(emulator, {}, '/', 'GET')).toBe(401)
  expect(await send(emulator, { 'mf-url': 'https://workers-binding.ai/run' }, '/')).toBe(401)
  expect(await send(emulator, right, '/', 'GET')).toBe(200)
})

test('a token opens no door to a rebound name or a page of another site', async () => {
  await using emulator = await startEmulator({ model, host: '0.0.0.0', apiToken: 'secret' })
  const right = { authorization: 'Bearer secret' }
  expect(await send(emulator, { ...right, host: `127.evil.com:${emulator.port}` })).toBe(403)
  expect(await send(emulator, { ...right, host: `0.0.0.0:${emulator.port}` })).toBe(200)
  expect(await send(emulator, { ...right, origin: 'https://evil.com' })).toBe(403)
  expect(await send(emulator, { ...right, 'sec-fetch-site': 'same-site' })).toBe(403)
})

test('tells each request once when all is over', async () => {
  const answered: AnsweredRequest[] = []
  await using emulator = await startEmulator({ model, onAnswer: (one) => answered.push(one) })
  await call(emulator, 'binding', { prompt: 'hello' })
  await call(emulator, 'rest', { prompt: '' })
  expect(answered).toMatchObject([
    {
      front: 'binding',
      status: 200,
      toolNames: ['f'],
      tokens: { input: 2, output: 7 },
      sourceName: 'script',
      abandoned: false,
    },
    { front: 'rest', status: 400, toolNames: [], error: { code: 5006 } },
  ])
  expect(answered[1]?.tokens).toBeUndefined()
})
