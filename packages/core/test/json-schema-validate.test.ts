import { Ajv2020 } from 'ajv/dist/2020.js'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateJson } from '../src/json-schema-validate.ts'
import type { JsonSchema } from '../src/json-schema.ts'

const key = fc.constantFrom('a', 'b', 'c')
const small = fc.nat({ max: 3 })
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(0.5, 2.5),
  fc.constantFrom('', 'a', 'ab', 'abc', '😀'),
)
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

const types = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object')
const schemas = fc.letrec<{ schema: unknown; object: JsonSchema }>((tie) => {
  const schema = tie('schema')
  const list = fc.array(schema, { minLength: 1, maxLength: 3 })
  const keywords = fc.record(
    {
      type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
      enum: fc.array(values, { minLength: 1, maxLength: 3 }),
      const: values,
      minimum: fc.integer({ min: -5, max: 5 }),
      exclusiveMaximum: fc.integer({ min: -5, max: 5 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: small,
      maxLength: small,
      pattern: fc.constantFrom('^a', 'b$', '^.$'),
      minItems: small,
      maxItems: small,
      uniqueItems: fc.boolean(),
      prefixItems: list,
      items: schema,
      minProperties: small,
      properties: fc.dictionary(key, schema, { maxKeys: 2, noNullPrototype: true }),
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), schema, {
        maxKeys: 1,
        noNullPrototype: true,
      }),
      additionalProperties: schema,
      propertyNames: fc.constantFrom({ pattern: '^[ab]$' }, { enum: ['a'] }, true),
      required: fc.uniqueArray(key, { maxLength: 2 }),
      allOf: list,
      anyOf: list,
      oneOf: list,
      not: schema,
      $ref: fc.constant('#/$defs/shared'),
    },
    { requiredKeys: [] },
  )
  return {
    object: keywords as fc.Arbitrary<JsonSchema>,
    schema: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.boolean(),
      types.map((type) => ({ type })),
      // Few keywords at a time, or nothing would ever fit.
      keywords.chain((made) =>
        fc.subarray(Object.entries(made), { maxLength: 3 }).map((kept) => Object.fromEntries(kept)),
      ),
    ),
  }
}).schema

it('agrees with Ajv on random schemas and values', () => {
  const ajv = new Ajv2020({ strict: false, logger: false })
  const verdicts = { fits: 0, fails: 0 }
  fc.assert(
    fc.property(schemas, values, (schema, value) => {
      const root = {
        $defs: { shared: { type: ['string', 'object'], maxLength: 2 } },
        allOf: [schema] as JsonSchema[],
      }
      const expected = ajv.compile(root)(value)
      verdicts[expected ? 'fits' : 'fails'] += 1
      expect(validateJson(root, value).length === 0).toBe(expected)
    }),
    { numRuns: 1500 },
  )
  expect(Math.min(verdicts.fits, verdicts.fails)).toBeGreaterThan(150)
})

it('reads tuples of draft-07', () => {
  const schema = {
    type: 'array',
    items: [{ type: 'string' }, { type: 'number' }],
    additionalItems: { type: 'boolean' },
  }
  for (const value of [[], ['a'], ['a', 1], ['a', 1, true], [1], ['a', 'b'], ['a', 1, 2]]) {
    expect(validateJson(schema, value).length === 0).toBe(
      new Ajv({ strict: false }).validate(schema, value),
    )
  }
})

it('takes null where a type is nullable', () => {
  expect(validateJson({ type: 'string', nullable: true }, null)).toEqual([])
  expect(validateJson({ type: 'string' }, null)).toEqual(['input: expected a string, got null'])
})

describe('what it says', () => {
  it.each<[JsonSchema, unknown, readonly string[]]>([
    [
      { properties: { city: { type: 'string' } } },
      { city: 5 },
      ['`city`: expected a string, got 5'],
    ],
    [{ required: ['city'] }, {}, ['`city`: required, but missing']],
    [{ additionalProperties: false }, { town: 1 }, ['`town`: not allowed here; leave it out']],
    [{ enum: ['a', 'b'] }, 'c', ['input: expected one of "a", "b", got "c"']],
    [{ const: 1 }, 2, ['input: expected 1, got 2']],
    [{ type: ['string', 'null'] }, true, ['input: expected a string or null, got true']],
    [{ minimum: 1 }, 0, ['input: expected at least 1, got 0']],
    [{ items: { maxLength: 2 } }, ['abc'], ['`[0]`: expected at most 2 characters, got 3']],
    [
      { items: { properties: { 'a b': { type: 'null' } } } },
      [{ 'a b': 1 }],
      ['`[0]["a b"]`: expected null, got 1'],
    ],
    [{ $ref: '#/$defs/gone' }, 1, ['input: the schema refers to `#/$defs/gone`, which is missing']],
    [
      { anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] },
      {},
      ['`a`: required, but missing'],
    ],
    [
      {
        anyOf: [
          { properties: { kind: { const: 'a' } } },
          { properties: { kind: { const: 'b' }, n: { type: 'number' } } },
        ],
      },
      { kind: 'c' },
      ['`kind`: expected "a", got "c"; or `kind`: expected "b", got "c"'],
    ],
  ])('%j of %j', (schema, value, issues) => {
    expect(validateJson(schema, value).map((issue) => issue.replace(/^input: (?=`)/, ''))).toEqual(
      issues,
    )
  })

  it('stops at five things', () => {
    expect(validateJson({ items: { type: 'string' } }, [1, 2, 3, 4, 5, 6, 7])).toHaveLength(5)
  })
})

describe('hostile input', () => {
  it('does not take properties from prototypes', () => {
    expect(validateJson({ required: ['constructor'] }, {})).toHaveLength(1)
    expect(validateJson({ properties: {} }, JSON.parse('{"__proto__":{"a":1}}'))).toEqual([])
    expect(validateJson({ $ref: '#/constructor' }, {})).toHaveLength(1)
  })

  it('ends on a schema that refers to itself without end', () => {
    expect(validateJson({ $ref: '#' }, 1)).toEqual(['input: too deep or too large to check'])
  })

  it('ends on alternatives that multiply at every level', () => {
    const again = { properties: { a: { $ref: '#' } }, required: ['a'] }
    let value: object = {}
    for (let depth = 0; depth < 60; depth++) value = { a: value }
    expect(validateJson({ anyOf: [again, again, again] }, value).length).toBeGreaterThan(0)
  })

  it('refuses what is nested too deeply instead of running out of stack', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) value = [value]
    expect(validateJson({ type: 'array', items: { $ref: '#' } }, value).join()).toContain(
      'too deep or too large',
    )
  })
})
