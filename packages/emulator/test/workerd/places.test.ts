import { openScene } from '@drover/emulator/scene'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { cases } from '../places/cases.ts'

test('`env.AI` is the class of workerd', () => {
  expect(env.AI.constructor.name).toBe('Ai')
})

test.each(cases)('$name', async ({ run, replies, expected, arrived }) => {
  await using scene = await openScene(env.AI, { replies, retired: 'refuse' })
  expect(await run(env.AI)).toEqual(expected)
  await scene.assertComplete()
  if (arrived === undefined) return
  await expect.poll(async () => (await scene.requests()).at(-1)).toMatchObject(arrived)
})
