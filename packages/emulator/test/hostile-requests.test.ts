import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { ACCOUNT, MODEL } from './client.ts'
import type { RawRequest } from './raw-request.ts'
import { sendRaw } from './raw-request.ts'

const REST = `/client/v4/accounts/${ACCOUNT}/ai`
const bearer = 'Authorization: Bearer token'
const evil = 'Origin: https://evil.com'
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
const webSocket = [...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

type Row = readonly [what: string, request: RawRequest]

const forbidden: readonly Row[] = [
  ['a rebound name', { hosts: ['127.evil.com:PORT'] }],
  ['a name that begins like ours', { hosts: ['127.0.0.1.evil.com:PORT'] }],
  ['a name that ends like ours', { hosts: ['evil-localhost:PORT'] }],
  ['a name below ours', { hosts: ['evil.localhost:PORT'] }],
  ['a public name that leads here', { hosts: ['127.0.0.1.nip.io:PORT'] }],
  ['our name with a dot behind', { hosts: ['localhost.:PORT'] }],
  ['the address of any interface', { hosts: ['0.0.0.0:PORT'] }],
  ['the IPv6 address of any interface', { hosts: ['[::]:PORT'] }],
  ['our address as IPv6', { hosts: ['[::ffff:127.0.0.1]:PORT'] }],
  ['our address, shortened', { hosts: ['127.1:PORT'] }],
  ['our address as a number', { hosts: ['2130706433:PORT'] }],
  ['our address in hexadecimal', { hosts: ['0x7f000001:PORT'] }],
  ['another loopback address', { hosts: ['127.0.0.2:PORT'] }],
  ['another port', { hosts: ['127.0.0.1:1'] }],
  ['our port with a zero before', { hosts: ['127.0.0.1:0PORT'] }],
  ['no port', { hosts: ['localhost'] }],
  ["no port on the binding's name", { hosts: ['workers-binding.ai:PORT'] }],
  ['a name below that of the binding', { hosts: ['evil.workers-binding.ai'] }],
  ['a user before our name', { hosts: ['evil.com@127.0.0.1:PORT'] }],
  ['two names in one host', { hosts: ['127.0.0.1:PORT, evil.com'] }],
  ['an empty host', { hosts: [''] }],
  ['no host, as HTTP/1.0 may', { line: 'POST /run HTTP/1.0', hosts: [] }],
  ['two hosts, ours first', { hosts: ['127.0.0.1:PORT', 'evil.com'] }],
  ['two hosts, ours last', { hosts: ['evil.com', '127.0.0.1:PORT'] }],
  ['a target of another server', { line: 'POST http://evil.com/run HTTP/1.1' }],
  ['a target with our own address', { line: 'POST http://127.0.0.1:PORT/run HTTP/1.1' }],
  ['a target without a scheme', { line: 'POST //evil.com/run HTTP/1.1' }],
  ['a target with a backslash', { line: 'POST /\\evil.com/run HTTP/1.1' }],
  ['the target of a whole server', { line: 'OPTIONS * HTTP/1.1' }],
  ['an origin of another site', { more: [evil] }],
  ['an origin of no site', { more: ['Origin: null'] }],
  ['an empty origin', { more: ['Origin:'] }],
  ['an origin on another local port', { more: ['Origin: http://localhost:1'] }],
  ['an origin of ours with TLS', { more: ['Origin: https://localhost:PORT'] }],
  ['an origin that begins like ours', { more: ['Origin: http://localhost:PORT.evil.com'] }],
  ['an origin with a path', { more: ['Origin: http://localhost:PORT/'] }],
  ['an origin of an extension', { more: ['Origin: chrome-extension://abcdefgh'] }],
  ["an origin of the binding's name", { more: ['Origin: http://workers-binding.ai'] }],
  ['two origins, ours first', { more: ['Origin: http://localhost:PORT', evil] }],
  ['a token beside a foreign origin', { more: [bearer, evil] }],
  ['a cross-site fetch', { more: ['Sec-Fetch-Site: cross-site'] }],
  ['a fetch from another local port', { more: ['Sec-Fetch-Site: same-site'] }],
  ['a fetch of a kind to come', { more: ['Sec-Fetch-Site: new-site'] }],
  ['two fetch sites', { more: ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'] }],
  ['our fetch with a foreign origin', { more: ['Sec-Fetch-Site: same-origin', evil] }],
  ['an image', { line: 'GET / HTTP/1.1', more: ['Sec-Fetch-Site: cross-site'] }],
  ['a look at the head only', { line: 'HEAD / HTTP/1.1', more: [evil] }],
  ['a script', { line: `GET ${REST}/models/search HTTP/1.1`, more: [bearer, evil] }],
  ['a WebSocket', { line: 'GET /run HTTP/1.1', more: [...webSocket, evil] }],
  ['a WebSocket of a frame', { line: 'GET / HTTP/1.1', more: [...webSocket, 'Origin: null'] }],
  ['a preflight', preflight('Access-Control-Request-Headers: content-type')],
  ['a preflight into a private network', preflight('Access-Control-Request-Private-Network: true')],
  ['the framing of miniflare, from a page', { line: 'POST / HTTP/1.1', more: [framed(), evil] }],
  ['a write with another method', { line: 'PUT /run HTTP/1.1', more: [evil] }],
  ['the end of a scene', { line: 'DELETE /scenes/1 HTTP/1.1', more: [evil] }],
  ['a new scene', { line: 'POST /scenes HTTP/1.1', more: ['Sec-Fetch-Site: cross-site'] }],
]

const unsupported: readonly Row[] = [
  ['plain text', { type: 'text/plain' }],
  ['plain text that mentions JSON', { type: 'text/plain; application/json' }],
  ['a form', { type: 'application/x-www-form-urlencoded' }],
  ['a form with parts', { type: 'multipart/form-data; boundary=x' }],
  ['two types in one', { type: 'application/json, text/plain' }],
  ['a cousin of JSON', { type: 'application/ld+json' }],
  ['no type', { type: '' }],
  ['plain text beside a token', { type: 'text/plain', more: [bearer] }],
  ['a form with a name and password', { type: '', more: ['Authorization: Basic YTpi'] }],
  ['a new scene as a form', { line: 'POST /scenes HTTP/1.1', type: 'text/plain', body: '{}' }],
]

const unreadable: readonly Row[] = [
  ['no host', { hosts: [] }],
  ['two lengths', { more: ['Content-Length: 3'] }],
  ['a length and chunks', { more: ['Transfer-Encoding: chunked'] }],
  ['a space in the name of a header', { more: ['Origin : http://evil.com'] }],
  ['a header of nothing but a name', { more: ['Origin'] }],
  ['a bare line end in a header', { more: ['X: a\nHost: evil.com'] }],
  ['the greeting of HTTP/2', { line: 'PRI * HTTP/2.0' }],
  ['a method of its own', { line: 'PWN /run HTTP/1.1' }],
  ['a tunnel', { line: 'CONNECT evil.com:443 HTTP/1.1' }],
]

const legitimate: readonly Row[] = [
  ['the `Ai` class through miniflare', {}],
  ['the `Ai` class in workerd alone', { hosts: ['workers-binding.ai'] }],
  ["miniflare's framing", { line: 'POST / HTTP/1.1', more: [framed(), ...innerHeaders()] }],
  ["miniflare's look by WebSocket", { line: 'GET /?MF-Binding=AI HTTP/1.1', more: webSocket }],
  ['the name of this machine', { hosts: ['localhost:PORT'] }],
  ['its IPv6 address', { hosts: ['[::1]:PORT'] }],
  ['JSON that says its characters', { type: 'application/json; charset=utf-8' }],
  ['a page of its own', { more: ['Origin: http://localhost:PORT', 'Sec-Fetch-Site: same-origin'] }],
  ['a person with a browser', { line: 'GET / HTTP/1.1', more: ['Sec-Fetch-Site: none'] }],
  ['REST', rest('application/json')],
  ["REST with curl's own type", rest('application/x-www-form-urlencoded')],
  ['REST without a type', rest('')],
]

let emulator: Emulator
let asked = 0

beforeAll(async () => {
  const model = script(() => {
    asked += 1
    return { text: 'fine' }
  })
  emulator = await startEmulator({ model, scenes: true })
})

afterAll(() => emulator.close())

describe('keeps out', () => {
  test.each([
    ...forbidden.map((row) => [...row, 403] as const),
    ...unsupported.map((row) => [...row, 415] as const),
  ])('%s', async (_, request, status) => {
    const answer = await sendRaw(emulator.port, request)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toMatch(/^access-control-/im)
  })

  test.each(unreadable)('%s', async (_, request) => {
    const { status } = await sendRaw(emulator.port, request)
    // Node's parser answers 400, or hangs up.
    expect([400, 0]).toContain(status)
  })

  test('at least 60 shapes, and none of them reached the model', () => {
    expect(forbidden.length + unsupported.length + unreadable.length).toBeGreaterThanOrEqual(60)
    expect(asked).toBe(0)
    expect(emulator.requests).toEqual([])
  })
})

test.each(legitimate)('lets in %s', async (_, request) => {
  expect((await sendRaw(emulator.port, request)).status).toBe(200)
})

test('tells a person who opens its address what it is', async () => {
  const response = await fetch(emulator.url)
  expect(await response.text()).toContain('Workers AI on this machine')
})

test.each<Row>([
  ['no token', {}],
  ['a wrong token', { more: ['Authorization: Bearer toke'] }],
  ['an empty token', { more: ['Authorization: Bearer '] }],
  ['the token as a password', { more: ['Authorization: Basic dG9rZW4='] }],
  ['the token in the address', { line: 'POST /run?token=token HTTP/1.1' }],
  ['a wrong token before the right one', { more: ['Authorization: Bearer x', bearer] }],
])('on every interface, keeps out %s', async (_, request) => {
  await using open = await startEmulator({ host: '0.0.0.0', apiToken: 'token' })
  expect((await sendRaw(open.port, request)).status).toBe(401)
  expect((await sendRaw(open.port, { more: [bearer] })).status).toBe(200)
})

function rest(type: string): RawRequest {
  return {
    line: `POST ${REST}/run/${MODEL} HTTP/1.1`,
    type,
    more: [bearer],
    body: '{"prompt":"hello"}',
  }
}

function preflight(asks: string): RawRequest {
  const more = [evil, 'Access-Control-Request-Method: POST', asks]
  return { line: 'OPTIONS /run HTTP/1.1', type: '', more }
}

function framed(): string {
  return 'MF-URL: https://workers-binding.ai/run?version=3'
}

function innerHeaders(): readonly string[] {
  return ['MF-Header-Content-Type: application/json', `MF-Header-cf-consn-model-id: ${MODEL}`]
}
