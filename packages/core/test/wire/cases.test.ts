import { expect, test } from 'vitest'
import { casesFile, report, scoreCases } from './cases.ts'

const file = casesFile()

test('recorded replies of real models give their calls and nothing else', (context) => {
  if (file === undefined) {
    return context.skip(
      'the recorded replies are not part of the repository; DROVER_CASES names their folder',
    )
  }
  const scores = scoreCases(file)
  console.log(report(scores))
  const all = scores.get('all')
  expect(all?.falseDispatches).toBe(0)
  expect((all?.positiveRight ?? 0) / (all?.positive ?? 1)).toBeGreaterThanOrEqual(0.99)
})
