import * as miniflarePlugin from '@drover/emulator/miniflare-plugin'
import * as scene from '@drover/emulator/scene'
import * as vitest from '@drover/emulator/vitest'
import { expect, test } from 'vitest'

test('the public names of the subpaths', () => {
  expect(Object.keys(scene)).toEqual(['openScene'])
  expect(Object.keys(vitest).toSorted()).toEqual(['emulator', 'withEmulator'])
  // What miniflare looks for, by the name that stands in a wrangler configuration.
  expect(Object.keys(miniflarePlugin)).toEqual(['plugins'])
  expect(Object.keys(miniflarePlugin.plugins)).toEqual(['workers-ai-local'])
})
