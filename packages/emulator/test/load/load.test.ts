import { expect, test } from 'vitest'
import { runAtOnce } from './runs-at-once.ts'

test('50 streamed runs at once, each with a tool call, all end with their answer', async () => {
  expect(await runAtOnce(50)).toMatchObject({ answered: 50, failures: [], requests: 100 })
})
