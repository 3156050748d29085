import { startEmulator, type Emulator } from '@drover/emulator'
import { openScene } from '@drover/emulator/scene'
import { request as send } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ scenes: true })
})

afterAll(() => emulator.close())

/** Unlike `fetch`, sends any header. */
function control(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '{}',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = send(emulator.url + path, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? body : undefined)
  })
}

const json = { 'content-type': 'application/json' }

test.each([
  ['another site', { ...json, origin: 'https://example.com' }, 403],
  ['a page that hides its site', { ...json, origin: 'null' }, 403],
  ['a fetch across sites', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
  ['a rebound name', { ...json, host: 'rebound.example' }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a plain text', { 'content-type': 'text/plain' }, 415],
])('%s opens no scene', async (_, headers, status) => {
  expect(await control('POST', '/scenes', headers)).toBe(status)
})

test('another site neither reads nor closes a scene', async () => {
  await using scene = await openScene({ emulator: emulator.url })
  const { pathname } = new URL(scene.url)
  const origin = 'https://example.com'
  expect(await control('GET', pathname, { origin })).toBe(403)
  expect(await control('DELETE', pathname, { origin })).toBe(403)
  expect(await control('GET', pathname)).toBe(200)
})

test.each(['', '[]', '"x"', '{', '{"replies":1}', '['.repeat(10_000)])(
  'a body that is no scene is refused: %s',
  async (body) => {
    expect(await control('POST', '/scenes', json, body)).toBe(400)
  },
)

test.each(['/scenes/unknown', '/scenes/unknown/', '/scenes/__proto__/client/v4', '/scenes/%00/x'])(
  'there is no scene at %s',
  async (path) => {
    expect(await control('GET', path)).toBe(404)
    expect(await control('DELETE', path)).toBe(404)
  },
)

test('a request that names a scene that is closed is not answered by another', async () => {
  const scene = await openScene({ emulator: emulator.url })
  await using _other = await openScene({ emulator: emulator.url })
  await scene.close()
  const { pathname } = new URL(scene.url)
  expect(await control('POST', `${pathname}/run`, json)).toBe(404)
  expect(await control('POST', '/run', { ...json, ...scene.headers })).toBe(404)
})

test('the oldest of more than a thousand scenes gives way', async () => {
  await using server = await startEmulator({ scenes: true })
  const first = await openScene({ emulator: server.url })
  for (let opened = 0; opened < 1000; opened++) await openScene({ emulator: server.url })
  await expect(first.requests()).rejects.toMatchObject({ code: 'config.invalid' })
})
