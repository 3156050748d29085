import { createAgent, tool } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'

/** What the model reads for a value that a tool gave. */
const shown = async (value: unknown, maxToolOutputChars = 24_000): Promise<string> => {
  const give = tool({
    name: 'give',
    description: 'Gives it',
    input: z.object({}),
    execute: () => value,
  })
  const backend = scriptedBackend([{ toolCalls: [{ toolName: 'give' }] }, 'Done.'])
  const agent = createAgent({
    backend,
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    tools: [give],
    maxToolOutputChars,
  })
  return (await agent.run('Go')).steps[0]?.toolResults[0]?.output ?? 'missing'
}

const cycle: Record<string, unknown> = { name: 'loop' }
cycle['self'] = cycle
const twice = { n: 1 }

test.each([
  ['a string as it is', '{"not": "touched" }', '{"not": "touched" }'],
  ['nothing for undefined', undefined, ''],
  ['null', null, 'null'],
  ['a number', 21.5, '21.5'],
  ['an object as JSON', { a: [1, 'b'] }, '{"a":[1,"b"]}'],
  ['a BigInt as its digits', { n: 12345678901234567890n }, '{"n":"12345678901234567890"}'],
  ['a bare BigInt', 5n, '"5"'],
  ['a cycle with a mark', cycle, '{"name":"loop","self":"[circular]"}'],
  ['the same object twice, twice', [twice, twice], '[{"n":1},{"n":1}]'],
  ['an error by name and message', new RangeError('too far'), '"RangeError: too far"'],
  ['a date as ISO text', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['a map as pairs', new Map([['a', 1]]), '[["a",1]]'],
  ['a set as a list', new Set([1, 2]), '[1,2]'],
  ['bytes by their number', new Uint8Array(3), '"[3 bytes]"'],
  ['a function by its kind', () => 1, '"[function]"'],
  ['a symbol by its kind', Symbol('x'), '"[symbol]"'],
])('the model reads %s', async (_what, value, text) => {
  expect(await shown(value)).toBe(text)
})

test('a result that cannot be written says so, and the run goes on', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const hostile = {
    get trap() {
      throw new Error('no')
    },
  }
  expect(await shown({ hostile })).toBe('[the result could not be written as JSON]')
  expect(await shown([proxy])).toBe('[the result could not be written as JSON]')
})

test('a long result keeps its head and tail, with a mark that says how much there was', async () => {
  const text = await shown(`${'a'.repeat(30_000)}${'z'.repeat(30_000)}`, 1000)
  expect(text).toHaveLength(1000)
  expect(text.startsWith('aaaa')).toBe(true)
  expect(text.endsWith('zzzz')).toBe(true)
  expect(text).toContain('60000 characters in all')
})

test('whatever a tool gives, the model reads a bounded text', async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withObjectString: true,
  })
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      expect((await shown(value, 300)).length).toBeLessThanOrEqual(300)
    }),
    { numRuns: 1000 },
  )
})
