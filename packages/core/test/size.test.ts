import { expect, test } from 'vitest'
import { bundle, sizeReport } from '../../../.ci/bundle.ts'

// What core weighs today, rounded up, so that it only shrinks. The aim is 20: docs/design/size.md says what is in the way.
const BUDGET_KIB = 61

test(`everything core exports is at most ${BUDGET_KIB} KiB, bundled and compressed`, async () => {
  const core = await bundle("export * from '@drover/core'", import.meta.dirname)
  console.log(sizeReport('core alone', core, BUDGET_KIB))
  expect(core.code).toContain('drover.error')
  expect(core.gzipBytes).toBeLessThanOrEqual(BUDGET_KIB * 1024)
})

test('core carries no zod and nothing of Node', async () => {
  const core = await bundle("export * from '@drover/core'", import.meta.dirname)
  const paths = [...core.modules.keys()]
  expect(paths).toContain('packages/core/src/errors.ts')
  expect(paths.filter((path) => /node_modules\/(zod|zod-to-json-schema)\//.test(path))).toEqual([])
  expect(core.code).not.toMatch(/["']node:/)
})

test('responses cost 2.25 KiB on top of it, and only those who import them', async () => {
  const core = await bundle("export * from '@drover/core'", import.meta.dirname)
  const both = await bundle(
    "export * from '@drover/core'; export * from '@drover/core/response'",
    import.meta.dirname,
  )
  expect(core.code).not.toContain('text/event-stream; charset')
  expect(both.gzipBytes - core.gzipBytes).toBeLessThanOrEqual(2.25 * 1024)
})
