import { startEmulator, type Emulator } from '@drover/emulator'
import { openScene, type ModelReply } from '@drover/emulator/scene'
import { rest } from '@drover/rest'
import { createAgent } from '@drover/core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ACCOUNT, MODEL, post, type Answer } from '../client.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ scenes: true })
})

afterAll(() => emulator.close())

afterEach(() => {
  vi.unstubAllEnvs()
})

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const inputs = { prompt: 'Hello' }
  const path = `/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`
  return post(url + path, inputs, { authorization: 'Bearer any', ...headers })
}

async function said(url: string, headers?: Readonly<Record<string, string>>): Promise<unknown> {
  return (await ask(url, headers)).body.result.response
}

test('an agent over REST is answered by the scene whose address it has', async () => {
  await using scene = await openScene({ emulator: emulator.url, replies: [{ text: 'Warm.' }] })
  const backend = rest({ accountId: ACCOUNT, apiToken: 'any', baseUrl: scene.url })
  const { text } = await createAgent({ backend, model: MODEL }).run('Is it warm?')
  expect(text).toBe('Warm.')
  await scene.assertComplete()
  expect(await scene.requests()).toMatchObject([{ front: 'rest', model: MODEL, status: 200 }])
})

test('scenes that are open at the same time keep their replies and requests apart', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `Scene ${index}`)
  const scenes = await Promise.all(
    names.map((text) => openScene({ emulator: emulator.url, replies: [{ text }, { text }] })),
  )
  const answers = await Promise.all([...scenes, ...scenes.toReversed()].map(({ url }) => said(url)))
  expect(answers).toEqual([...names, ...names.toReversed()])
  for (const scene of scenes) {
    expect(await scene.requests()).toHaveLength(2)
    await scene.assertComplete()
    await scene.close()
  }
})

test('what names no scene is answered by the one opened last, then by those before it', async () => {
  const replies = (text: string): readonly ModelReply[] => [{ text }]
  await using first = await openScene({ emulator: emulator.url, replies: replies('First') })
  const second = await openScene({ emulator: emulator.url, replies: replies('Second') })
  expect(await said(emulator.url)).toBe('Second')
  await second.close()
  expect(await said(emulator.url)).toBe('First')
  await first.assertComplete()
})

test('without a scene the own model of the emulator answers, as in a scene without replies', async () => {
  const rehearsed = await said(emulator.url)
  expect(rehearsed).toContain('rehearsal')
  await using scene = await openScene({ emulator: emulator.url })
  expect(await said(scene.url)).toBe(rehearsed)
})

test('a header names a scene where the address cannot', async () => {
  await using first = await openScene({ emulator: emulator.url, replies: [{ text: 'First' }] })
  await using second = await openScene({ emulator: emulator.url, replies: [{ text: 'Second' }] })
  expect(await said(emulator.url, first.headers)).toBe('First')
  expect(await said(emulator.url, second.headers)).toBe('Second')
})

test('a scene has scenes of its own, which nobody outside sees', async () => {
  await using file = await openScene({ emulator: emulator.url })
  await using inner = await openScene({ emulator: file.url, replies: [{ text: 'Inner' }] })
  await using other = await openScene({ emulator: emulator.url, replies: [{ text: 'Other' }] })
  expect(await said(emulator.url)).toBe('Other')
  expect(await said(file.url)).toBe('Inner')
  await inner.assertComplete()
  await other.assertComplete()
  expect(inner.url.startsWith(`${file.url}/scenes/`)).toBe(true)
})

test('replies that are left over are reported, and requests too many', async () => {
  await using scene = await openScene({ emulator: emulator.url, replies: [{ text: 'One' }] })
  await expect(scene.assertComplete()).rejects.toMatchObject({
    code: 'test.unscripted',
    message: expect.stringContaining('Expected 1 model request(s)'),
  })
  await said(scene.url)
  await scene.assertComplete()
  expect((await ask(scene.url)).status).toBe(500)
  await expect(scene.assertComplete()).rejects.toMatchObject({ code: 'test.unscripted' })
})

test('streaming and retirement can be said for a scene', async () => {
  await using scene = await openScene({
    emulator: emulator.url,
    replies: [{ text: 'Hi' }],
    retired: 'refuse',
    streaming: { variant: 'json' },
  })
  const base = `${scene.url}/client/v4/accounts/${ACCOUNT}/ai/run`
  const authorization = { authorization: 'Bearer any' }
  const streamed = await post(`${base}/${MODEL}`, { prompt: 'Hi', stream: true }, authorization)
  expect(streamed.headers.get('content-type')).toBe('application/json')
  const retired = `${base}/@cf/meta/llama-3.1-70b-instruct`
  expect((await post(retired, { prompt: 'Hi' }, authorization)).body.errors[0].code).toBe(5028)
})

test('the address is read from the environment where none is given', async () => {
  vi.stubEnv('DROVER_EMULATOR_URL', emulator.url)
  await using scene = await openScene({ replies: [] })
  expect(scene.url.startsWith(`${emulator.url}/scenes/`)).toBe(true)
  vi.stubEnv('DROVER_EMULATOR_URL', '')
  await expect(openScene()).rejects.toMatchObject({ code: 'config.invalid' })
})

test('what cannot be a scene is refused, and the message says why', async () => {
  const refused = async (options: object, message: string): Promise<void> => {
    const opening = openScene({ emulator: emulator.url, ...options })
    await expect(opening).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(message),
    })
  }
  await refused({ streaming: { variant: 'nonsense' } }, 'variant')
  await refused({ replies: [{ text: 'Hi', streaming: { delayMs: -1 } }] }, 'delayMs')
  await refused({ replies: {} }, '`replies` as a list')
  await refused({ retired: 'maybe' }, 'retired')
  await refused({ emulator: { run: () => {} } }, 'without `fetch`')
})

test('an emulator that opens no scenes is told apart', async () => {
  await using closed = await startEmulator()
  await expect(openScene({ emulator: closed.url })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('startEmulator({ scenes: true })'),
  })
})
