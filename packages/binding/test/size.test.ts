import { expect, test } from 'vitest'
import { bundle, sizeReport } from '../../../.ci/bundle.ts'

// What it weighs today, rounded up, so that it only shrinks. The aim is 32:
// docs/design/size.md says what is in the way. zod/mini is about 4.4 KiB of it.
const BUDGET_KIB = 67

const worker = `
import { createAgent, tool } from '@drover/core'
import { zodMini } from '@drover/core/zod-mini'
import { binding } from '@drover/binding'
import * as z from 'zod/mini'

const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: zodMini(z.object({ city: z.string() })),
  execute: ({ city }) => city + ': 24 degrees',
})

export default {
  async fetch(_request: Request, env: { AI: never }): Promise<Response> {
    const agent = createAgent({
      backend: binding(env.AI),
      model: '@cf/meta/llama-3.1-8b-instruct-fast',
      tools: [getWeather],
    })
    const { text } = await agent.run('Is it warm in Lisbon?')
    return new Response(text)
  },
}
`

test(`a Worker with one zod/mini tool is at most ${BUDGET_KIB} KiB, bundled and compressed`, async () => {
  const whole = await bundle(worker, import.meta.dirname)
  console.log(sizeReport('Worker with one tool', whole, BUDGET_KIB))
  const paths = [...whole.modules.keys()]
  expect(paths.some((path) => path.startsWith('packages/binding/src/'))).toBe(true)
  expect(paths.some((path) => path.includes('/zod/v4/mini/'))).toBe(true)
  expect(whole.code).not.toMatch(/["']node:/)
  expect(whole.gzipBytes).toBeLessThanOrEqual(BUDGET_KIB * 1024)
})
