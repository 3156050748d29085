import { guardJson, own, parseJson } from '@drover/core/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('foreign JSON', () => {
  test('comes in as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('__proto__'))
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['a key __proto__', '{"a":{"__proto__":{"x":1}}}'],
    ['the same key in escapes', '{"\\u005f_proto__":1}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"x":1}}}'],
  ])('is refused with %s, and nothing is polluted', (_what, text) => {
    expect(() => parseJson(text)).toThrow('is not allowed')
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('may use the word constructor for something else', () => {
    expect(parseJson('{"constructor":"Brunel"}')).toEqual({ constructor: 'Brunel' })
  })

  test.each([
    ['1,048,576 characters', JSON.stringify('x'.repeat(1_048_576)), 'characters'],
    ['64 levels', '['.repeat(66) + ']'.repeat(66), '64 levels'],
    ['10,000 keys', JSON.stringify(Array.from({ length: 10_001 }, () => 0)), '10000 keys'],
  ])('is refused past %s', (_what, text, words) => {
    expect(() => parseJson(text)).toThrow(words)
  })

  test('nested a million levels deep is refused without exhausting the stack', () => {
    const depth = 1_000_000
    expect(() => guardJson(JSON.parse('['.repeat(depth) + ']'.repeat(depth)))).toThrow('64 levels')
  })

  test('that is none throws a SyntaxError', () => {
    expect(() => parseJson('{"a":')).toThrow(SyntaxError)
  })
})

test('a property is read only where the value has it itself', () => {
  expect(own({ a: 1 }, 'a')).toBe(1)
  expect(own({}, 'toString')).toBeUndefined()
  expect(own(null, 'a')).toBeUndefined()
  expect(own('text', 'length')).toBeUndefined()
})
