import { openScene } from '@drover/emulator/scene'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MODEL } from '../places/case.ts'
import { cases } from '../places/cases.ts'

test('`env.AI` is the class of workerd', () => {
  expect(env.AI.constructor.name).toBe('Ai')
})

test.each(cases)('$name', async ({ run, replies, expected, arrived }) => {
  await using scene = await openScene({ emulator: env.AI, replies, retired: 'refuse' })
  expect(await run(env.AI)).toEqual(expected)
  await scene.assertComplete()
  if (arrived === undefined) return
  await expect.poll(async () => (await scene.requests()).at(-1)).toMatchObject(arrived)
})

test('requests at the same time name their scenes', async () => {
  const texts = ['First', 'Second', 'Third']
  const scenes = await Promise.all(
    texts.map((text) => openScene({ emulator: env.AI, replies: [{ text }] })),
  )
  const answers = await Promise.all(
    scenes.map(({ headers }) => env.AI.run(MODEL, { prompt: 'Hi' }, { extraHeaders: headers })),
  )
  expect(answers).toMatchObject(texts.map((response) => ({ response })))
})
