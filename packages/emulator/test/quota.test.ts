import { DroverError, systemRuntime } from '@drover/core'
import { expect, test } from 'vitest'
import type { QuotaOptions } from '../src/index.ts'
import { script, startEmulator } from '../src/index.ts'
import { call, errorOf } from './client.ts'

const hello = { prompt: 'hello' }

test.each([4006, 3036] as const)('used up neurons are %i until 00:00 UTC', async (code) => {
  let now = Date.UTC(2026, 10, 20, 23, 59)
  const runtime = { ...systemRuntime, now: () => now }
  const model = script(() => ({ text: 'x'.repeat(400) }))
  await using emulator = await startEmulator({ model, runtime, quota: { neurons: 5, code } })
  // 100 tokens cost 3.5 neurons: the second answer goes beyond the quota, and is still given.
  expect((await call(emulator, 'rest', hello)).status).toBe(200)
  expect((await call(emulator, 'rest', hello)).status).toBe(200)
  for (const front of ['rest', 'binding'] as const) {
    expect(errorOf(front, await call(emulator, front, hello))).toMatchObject({
      status: 429,
      code,
      message: expect.stringMatching(/you have used up your daily free allocation of 10,000/i),
    })
  }
  now += 60_000
  expect((await call(emulator, 'rest', hello)).status).toBe(200)
})

test('refused inputs use nothing up', async () => {
  const model = script([{ text: 'fine' }])
  await using emulator = await startEmulator({ model, quota: { neurons: 0.001 } })
  expect((await call(emulator, 'rest', {})).status).toBe(400)
  expect((await call(emulator, 'rest', hello)).status).toBe(200)
})

test.each<[string, QuotaOptions]>([
  ['neurons', { neurons: -1 }],
  ['neurons', { neurons: Number.NaN }],
  ['code', JSON.parse('{ "neurons": 1, "code": 3040 }')],
])('refuses a bad `quota.%s`', async (name, quota) => {
  const error: unknown = await startEmulator({ quota }).catch((thrown: unknown) => thrown)
  expect(DroverError.is(error) && error.code).toBe('config.invalid')
  expect(String(error)).toContain(`\`quota.${name}\``)
})
