import { request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { ACCOUNT, MODEL } from './client.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ model: script(() => ({ text: 'fine' })) })
})

afterAll(() => emulator.close())

const json = { 'content-type': 'application/json' }
const rest = `/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`

// Not `fetch`: it sets `Host` itself and forbids the headers a browser would add.
function send(path: string, headers: OutgoingHttpHeaders, method = 'POST'): Promise<number> {
  const body = path === '/run' ? '{"inputs":{"prompt":"hello"}}' : '{"prompt":"hello"}'
  return new Promise((resolve, reject) => {
    const { port } = emulator
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(method === 'GET' || method === 'OPTIONS' ? undefined : body)
  })
}

const binding = { ...json, 'cf-consn-model-id': MODEL }

interface Hostile {
  readonly what: string
  readonly headers: OutgoingHttpHeaders
  readonly method?: string
}

const hostile: readonly Hostile[] = [
  { what: 'a rebound host', headers: { ...binding, host: '127.evil.com' } },
  { what: 'a host that begins like ours', headers: { ...binding, host: '127.0.0.1.evil.com' } },
  { what: 'a host of another port', headers: { ...binding, host: '127.0.0.1:1' } },
  { what: 'a host without port', headers: { ...binding, host: 'localhost' } },
  { what: 'an origin of another site', headers: { ...binding, origin: 'https://evil.com' } },
  { what: 'an origin of no site', headers: { ...binding, origin: 'null' } },
  {
    what: 'an origin of another local port',
    headers: { ...binding, origin: 'http://localhost:1' },
  },
  { what: 'a cross-site fetch', headers: { ...binding, 'sec-fetch-site': 'cross-site' } },
  {
    what: 'a fetch from another local port',
    headers: { ...binding, 'sec-fetch-site': 'same-site' },
  },
  {
    what: 'a preflight',
    headers: { origin: 'https://evil.com', 'access-control-request-method': 'POST' },
    method: 'OPTIONS',
  },
  { what: 'an image of another site', headers: { 'sec-fetch-site': 'cross-site' }, method: 'GET' },
]

test.each(hostile)('refuses $what', async ({ headers, method }) => {
  expect(await send('/run', headers, method)).toBe(403)
})

test.each([
  ['plain text', { 'content-type': 'text/plain' }],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['a form with parts', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['no type', {}],
])('refuses a body said to be %s', async (_, type) => {
  expect(await send('/run', { ...type, 'cf-consn-model-id': MODEL })).toBe(415)
  expect(await send(rest, type)).toBe(415)
})

test('refuses a request without any host', async () => {
  const socket = connect(emulator.port, '127.0.0.1')
  socket.end(`GET / HTTP/1.0\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /)
})

test('refused requests never reach the model', () => {
  expect(emulator.requests).toEqual([])
})

test('takes every name of this machine, and the one workerd writes', async () => {
  const { port } = emulator
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `[::1]:${port}`,
    'workers-binding.ai',
  ]) {
    expect(await send('/run', { ...binding, host })).toBe(200)
  }
})

test('takes its own pages', async () => {
  const origin = `http://localhost:${emulator.port}`
  expect(await send('/run', { ...binding, origin, 'sec-fetch-site': 'same-origin' })).toBe(200)
})

test("takes curl's default type beside a token, as the model pages' samples send it", async () => {
  const headers = {
    authorization: 'Bearer token',
    'content-type': 'application/x-www-form-urlencoded',
  }
  expect(await send(rest, headers)).toBe(200)
})

test('tells a person who opens its address what it is', async () => {
  const response = await fetch(emulator.url)
  expect(await response.text()).toContain('Workers AI on this machine')
})
