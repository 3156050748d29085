import { streamVariants } from '@drover/emulator'
import { expect, test } from 'vitest'
import { VARIANTS } from './streaming.ts'

test('the contract names every shape in which the emulator streams', () => {
  expect(VARIANTS).toEqual(streamVariants)
})
