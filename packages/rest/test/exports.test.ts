import * as everything from '@drover/rest'
import { expect, test } from 'vitest'

test('these names are the public surface', () => {
  expect(Object.keys(everything).toSorted()).toMatchInlineSnapshot(`
    [
      "rest",
    ]
  `)
})
