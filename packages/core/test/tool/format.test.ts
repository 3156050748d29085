import * as z from 'zod'
import { expect, it } from 'vitest'
import { toFlatTool, toFunctionTool, toolText } from '../../src/tool/format.ts'
import { tool } from '../../src/tool/tool.ts'

const made = tool({
  name: 'add',
  description: 'Adds.',
  input: z.object({ left: z.number() }),
  execute: ({ left }) => left,
})
const parameters = {
  type: 'object',
  properties: { left: { type: 'number', description: 'Left' } },
  required: ['left'],
}

it('writes a tool flat, and wrapped as a function', () => {
  const flat = { name: 'add', description: 'Adds.', parameters }
  expect(toFlatTool(made)).toEqual(flat)
  expect(toFunctionTool(made)).toEqual({ type: 'function', function: flat })
})

it('gives the same frozen objects each time', () => {
  expect(toFlatTool(made)).toBe(toFlatTool(made))
  expect(toFunctionTool(made)).toBe(toFunctionTool(made))
  expect(Object.isFrozen(toFlatTool(made))).toBe(true)
  expect(Object.isFrozen(toFunctionTool(made).function)).toBe(true)
})

it('gives each form as the text of the object', () => {
  expect(toolText(made, 'flat')).toBe(JSON.stringify(toFlatTool(made)))
  expect(toolText(made, 'function')).toBe(JSON.stringify(toFunctionTool(made)))
})
