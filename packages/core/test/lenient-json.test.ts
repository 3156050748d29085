import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../src/message.ts'
import { readLenient } from '../src/lenient-json.ts'

const valueOf = (text: string): JsonValue | undefined => {
  const read = readLenient(text, 0)
  return read.status === 'value' ? read.value : undefined
}

const jsonObject = fc
  .dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
    fc.jsonValue({ noUnicodeString: false }),
    { noNullPrototype: true },
  )
  // A double holds no more than 53 bits of a whole number; longer ones stay text and are tested below.
  .filter((value) => !/\d{16}/.test(JSON.stringify(value)))

test('whatever is JSON is read as JSON reads it', () => {
  fc.assert(
    fc.property(jsonObject, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(readLenient(text, 0)).toEqual({
        status: 'value',
        value: JSON.parse(text),
        end: text.length,
      })
    }),
    { numRuns: 2_000 },
  )
})

test('no beginning of an object is taken for the whole', () => {
  fc.assert(
    fc.property(jsonObject, fc.nat(), (value, seed) => {
      const text = JSON.stringify(value)
      expect(readLenient(text.slice(0, seed % text.length), 0).status).toBe('cut')
    }),
    { numRuns: 2_000 },
  )
})

test.each<[string, JsonValue]>([
  ["{'a': 'b'}", { a: 'b' }],
  ['{a: 1, b_2: 2,}', { a: 1, b_2: 2 }],
  ['[True, False, None, true, false, null]', [true, false, null, true, false, null]],
  ['(1, 2)', [1, 2]],
  ['(1,)', [1]],
  ['{"a": """x "y" \'z\'"""}', { a: 'x "y" \'z\'' }],
  ['["line\nline"]', ['line\nline']],
  [String.raw`["\u00e9\x41\n\/\'\d"]`, ["\u00e9A\n/'\\d"]],
  ['[+1, -2, .5, 1_000, 2e3, 5.]', [1, -2, 0.5, 1000, 2000, 5]],
  ['[02134, 12345678901234567890]', ['02134', '12345678901234567890']],
  ['{city:<|"|>Bern<|"|>}', { city: 'Bern' }],
])('what models write besides JSON is read: %s', (text, value) => {
  expect(valueOf(text)).toEqual(value)
})

test.each([
  '{"a": 1, "a": 2}',
  '{"a" 1}',
  '{"a": b}',
  '{"a": 1 "b": 2}',
  '[1 2]',
  '[1)',
  '(1)',
  '[1, , 2]',
  '[NaN]',
  '[Infinity]',
  '[1e999]',
  '[undefined]',
  '[2 * 3]',
  '[f(1)]',
  '{"__proto__": 1}',
  '[// a comment\n1]',
  "['it's']",
])('what has no one reading is not read: %s', (text) => {
  expect(readLenient(text, 0).status).toBe('bad')
})

test('a cut value holds what was read and which parts are open', () => {
  const read = readLenient('[{"a": 1}, {"b": [2, ', 0)
  expect(read).toEqual({
    status: 'cut',
    open: [[{ a: 1 }, { b: [2] }], { b: [2] }, [2]],
  })
})

test.each(['(1, 2)', '[(1,)]', '[02134]', '[12345678901234567890]'])(
  'read exactly, what JSON has no word for is refused: %s',
  (text) => {
    expect(readLenient(text, 0, true).status).toBe('bad')
  },
)

test('nesting and size are limited', () => {
  expect(valueOf('['.repeat(64) + ']'.repeat(64))).toBeDefined()
  expect(valueOf('['.repeat(65) + ']'.repeat(65))).toBeUndefined()
  expect(valueOf(`[${'0,'.repeat(9_000)}]`)).toHaveLength(9_000)
  expect(valueOf(`[${'0,'.repeat(11_000)}]`)).toBeUndefined()
})
