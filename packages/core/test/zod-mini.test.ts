import { tool } from '@drover/core'
import { zodMini } from '@drover/core/zod-mini'
import { expect, test } from 'vitest'
import * as z from 'zod'
import * as m from 'zod/mini'
import { shapeCases } from './tool/shapes.ts'

/** What a model is told of an input. */
const told = (input: Parameters<typeof tool>[0]['input'] | undefined): string => {
  if (input === undefined) throw new Error('The shape lacks this flavour.')
  return JSON.stringify(
    tool({ name: 'given', description: 'Takes it', input, execute: () => '' }).parameters,
  )
}

const both = shapeCases.filter(({ inputs }) => inputs.has('zod 4') && inputs.has('zod/mini'))

test.each(both.map((shape) => [shape.name, shape] as const))(
  'zod/mini tells a model the same as zod: %s',
  (_name, { inputs }) => {
    expect(told(inputs.get('zod/mini'))).toBe(told(inputs.get('zod 4')))
  },
)

test('descriptions, titles and other metadata of zod/mini schemas are kept', () => {
  const city = m.string().check(m.describe('City name'))
  expect(told(zodMini(m.object({ city })))).toBe(
    told(z.object({ city: z.string().describe('City name') })),
  )
})

test('a zod schema that is no mini one may be wrapped as well', () => {
  const schema = z.object({ n: z.number().int().min(1).lt(9).multipleOf(2), s: z.email().max(50) })
  expect(told(zodMini(schema))).toBe(told(schema))
})
