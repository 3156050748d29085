import * as everything from '@drover/binding'
import { expect, test } from 'vitest'

test('these names are the public surface', () => {
  expect(Object.keys(everything).toSorted()).toMatchInlineSnapshot(`
    [
      "binding",
    ]
  `)
})
