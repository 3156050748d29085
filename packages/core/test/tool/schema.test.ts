import * as fc from 'fast-check'
import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { ToolInput } from '../../src/tool/schema.ts'
import type { StandardSchema } from '../../src/tool/standard-schema.ts'
import { type Tool, tool } from '../../src/tool/tool.ts'

function define(input: ToolInput): Tool {
  return tool({ name: 'subject', description: 'Does it.', input, execute: () => 'done' })
}

function property(schema: z.ZodType, name = 'value'): JsonSchema | undefined {
  return define(z.object({ [name]: schema })).parameters.properties[name]
}

describe('what a description says', () => {
  it.each<[string, z.ZodType, string]>([
    ['a description of its own', z.string().describe('Where to look'), 'Where to look'],
    ['an enum', z.enum(['a', 'b']), 'Value. One of: "a", "b".'],
    ['a literal', z.literal('a'), 'Value. Always "a".'],
    ['bounds', z.int().min(1).max(10), 'Value. 1 to 10.'],
    ['one bound', z.number().min(1), 'Value. At least 1.'],
    ['exclusive bounds', z.number().gt(0).lt(5), 'Value. More than 0. Less than 5.'],
    ['lengths', z.string().min(2).max(5), 'Value. 2 to 5 characters.'],
    ['a format', z.email(), 'Value. Format: email.'],
    ['a pattern', z.string().regex(/^a+$/), 'Value. Pattern: ^a+$.'],
    ['two patterns', z.string().regex(/^a/).regex(/b$/), 'Value. Pattern: ^a. Pattern: b$.'],
    ['a default', z.int().default(4), 'Value. Default: 4.'],
    ['null', z.string().nullable(), 'Value. Or null.'],
    ['items', z.array(z.int()).min(1), 'Value. Each item: integer. At least 1 items.'],
    [
      'items with parts',
      z.array(z.object({ a: z.string(), b: z.int().optional() })),
      'Value. Each item: { a: string, b?: integer }.',
    ],
    [
      'a tuple',
      z.tuple([z.string(), z.int()]).rest(z.boolean()),
      'Value. Items in order: 1. string, 2. integer. Then: boolean. At least 2 items.',
    ],
    [
      'a record',
      z.record(z.string(), z.number().min(0)),
      'Value. Each value: number (at least 0).',
    ],
    ['keys', z.record(z.enum(['a', 'b']), z.int()), 'Value. Keys: "a" | "b". Each value: integer.'],
    [
      'a date',
      z.date().min(new Date(0)),
      'Value. Format: date-time. At least 1970-01-01T00:00:00.000Z.',
    ],
    [
      'several types',
      z.union([z.number(), z.boolean()]),
      'Value. Allowed: number | boolean. Send it as JSON text.',
    ],
    [
      'text among several types',
      z.union([z.string(), z.array(z.int())]),
      'Value. Allowed: string | integer[]. Lists and objects as JSON text, anything else as it is.',
    ],
    [
      'alternatives',
      z.discriminatedUnion('k', [
        z.object({ k: z.literal('a') }),
        z.object({ k: z.literal('b'), n: z.int() }),
      ]),
      'Value. One of: { k: "a" } | { k: "b", n: integer }.',
    ],
    ['a closed object', z.strictObject({ a: z.string() }), 'Value. No other properties.'],
    ['examples', z.string().meta({ examples: ['Oslo'] }), 'Value. For example: "Oslo".'],
    ['null alone', z.null(), 'Value. Always null.'],
    ['nothing at all', z.never().optional(), 'Value. Leave this out.'],
  ])('of %s', (_, schema, description) => {
    expect(property(schema)?.description).toBe(description)
  })

  it.each([
    ['cityName', 'City name'],
    ['city_name', 'City name'],
    ['max-length', 'Max length'],
    ['latitude', 'Latitude'],
    ['URL', 'URL'],
    ['größeInM2', 'Größe in m2'],
    ['', 'A value'],
  ])('made of the name %j', (name, description) => {
    expect(property(z.string(), name)?.description).toBe(description)
  })

  it('of what no other word carries, in a raw JSON Schema', () => {
    const odd = { type: 'object', properties: { a: { type: 'string', not: { enum: ['x'] } } } }
    expect(define(odd).parameters.properties['a']).toEqual({
      type: 'string',
      description: 'A. Also: {"not":{"enum":["x"]}}.',
    })
  })
})

describe('what is sent', () => {
  it('writes a recursive schema out three times', () => {
    const Node = z.object({
      name: z.string(),
      get parts() {
        return z.array(Node)
      },
    })
    const text = JSON.stringify(define(Node).parameters)
    expect(text.match(/"name":/g)).toHaveLength(3)
    expect(text).toContain('"description":"Same shape as the whole input."')
  })

  it('merges a union of objects at the top, with what differs in `anyOf`', () => {
    const union = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('city'), name: z.string(), note: z.string().optional() }),
      z.object({ kind: z.literal('point'), at: z.tuple([z.number(), z.number()]) }),
    ])
    expect(define(union).parameters).toEqual({
      type: 'object',
      description:
        'One of: { kind: "city", name: string, note?: string } | { kind: "point", at: [number, number] (exactly 2 items) }.',
      properties: {
        kind: {
          type: 'string',
          description: 'Kind. One of: "city", "point".',
          enum: ['city', 'point'],
        },
        name: { type: 'string', description: 'Name' },
        note: { type: 'string', description: 'Note' },
        at: {
          type: 'array',
          description: 'At. Items in order: 1. number, 2. number. Exactly 2 items.',
          items: { type: 'number' },
          minItems: 2,
          maxItems: 2,
        },
      },
      required: ['kind'],
      anyOf: [
        {
          type: 'object',
          properties: {
            kind: { type: 'string', description: 'Kind. Always "city".', enum: ['city'] },
          },
          required: ['name'],
        },
        {
          type: 'object',
          properties: {
            kind: { type: 'string', description: 'Kind. Always "point".', enum: ['point'] },
          },
          required: ['at'],
        },
      ],
    })
  })

  it('keeps null with its type', () => {
    expect(property(z.enum(['a', 'b']).nullable())).toEqual({
      type: 'string',
      description: 'Value. One of: "a", "b". Or null.',
      nullable: true,
      enum: ['a', 'b', null],
    })
    expect(property(z.array(z.string().nullable()))?.items).toEqual({
      anyOf: [{ type: 'string' }, { type: 'null' }],
    })
  })

  it('leaves out what only a library needs', () => {
    expect(property(z.int())).toEqual({ type: 'integer', description: 'Value' })
    expect(property(z.email())).toEqual({
      type: 'string',
      description: 'Value. Format: email.',
      format: 'email',
    })
    expect(property(z.array(z.int()).readonly())).not.toHaveProperty('readOnly')
  })

  it('reads draft-07, references and intersections of a raw JSON Schema', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { city: { type: 'string', minLength: 1 } },
      type: 'object',
      properties: {
        from: { $ref: '#/definitions/city', description: 'Where it starts' },
        pair: {
          type: 'array',
          items: [{ type: 'string' }, { type: 'integer' }],
          additionalItems: false,
        },
        size: { allOf: [{ type: 'number', minimum: 1 }, { maximum: 9 }, { minimum: 2 }] },
        maybe: { type: ['string', 'null'], const: 'x' },
      },
      required: ['from'],
    }
    expect(define(schema).parameters).toEqual({
      type: 'object',
      properties: {
        from: {
          type: 'string',
          description: 'Where it starts. At least 1 characters.',
          minLength: 1,
        },
        pair: {
          type: 'array',
          description: 'Pair. Items in order: 1. string, 2. integer.',
          items: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
          maxItems: 2,
        },
        size: { type: 'number', description: 'Size. 2 to 9.', minimum: 2, maximum: 9 },
        maybe: { type: 'string', description: 'Maybe. Always "x".', enum: ['x'] },
      },
      required: ['from'],
    })
  })

  it('is not changed by what happens to the given schema later', async () => {
    const properties: Record<string, JsonSchema> = { a: { type: 'string' } }
    const made = define({ type: 'object', properties })
    properties['b'] = { type: 'number' }
    expect(Object.keys(made.parameters.properties)).toEqual(['a'])
    expect(await made.parseInput({ b: 'text' })).toMatchObject({ ok: true })
  })
})

describe('inputs', () => {
  it('come back as dates, in the zone that was named or else in UTC', async () => {
    const made = define(z.object({ at: z.date() }))
    for (const [text, instant] of [
      ['2026-01-31', '2026-01-31T00:00:00.000Z'],
      ['2026-01-31T09:30', '2026-01-31T09:30:00.000Z'],
      ['2026-01-31 09:30:15', '2026-01-31T09:30:15.000Z'],
      ['2026-01-31t09:30:15.25z', '2026-01-31T09:30:15.250Z'],
      ['2026-01-31T09:30:00+02:00', '2026-01-31T07:30:00.000Z'],
    ] as const) {
      expect(await made.parseInput({ at: text })).toEqual({
        ok: true,
        value: { at: new Date(instant) },
      })
    }
    for (const at of ['tomorrow', '2026-02-30', '2026-01-31T99:00', '31.01.2026', 1_700_000_000]) {
      expect(await made.parseInput({ at })).toMatchObject({
        ok: false,
        issues: [
          expect.stringMatching(
            /^`at`: expected a date and time such as "2026-01-31T09:00:00Z", got /,
          ),
        ],
      })
    }
  })

  it('come back as bigints, from digits where a number is not exact', async () => {
    const made = define(z.object({ id: z.bigint() }))
    expect(await made.parseInput({ id: 5 })).toEqual({ ok: true, value: { id: 5n } })
    expect(await made.parseInput({ id: '90071992547409931' })).toEqual({
      ok: true,
      value: { id: 90071992547409931n },
    })
    expect(await made.parseInput({ id: 2 ** 60 })).toEqual({
      ok: false,
      issues: ['`id`: too large to be exact as a number; send it as a string of digits'],
    })
    expect(await made.parseInput({ id: 'many' })).toEqual({
      ok: false,
      issues: ['`id`: expected an integer, or a string of digits, got "many"'],
    })
  })

  it('are read from JSON text where a property has several types', async () => {
    const made = define(
      z.object({
        value: z.union([z.number(), z.object({ inner: z.union([z.boolean(), z.date()]) })]),
      }),
    )
    const read = (value: unknown): unknown => made.parseInput({ value })
    expect(await read('5')).toEqual({ ok: true, value: { value: 5 } })
    expect(await read('{"inner":true}')).toEqual({ ok: true, value: { value: { inner: true } } })
    expect(await read({ inner: 'true' })).toEqual({ ok: true, value: { value: { inner: true } } })
    expect(await read('{"inner":"\\"2026-01-31\\""}')).toEqual({
      ok: true,
      value: { value: { inner: new Date('2026-01-31') } },
    })
    expect(await read('five')).toMatchObject({ ok: false })
  })

  it('stay text where text was allowed, unless it is a list or object that is allowed', async () => {
    const made = define(z.object({ value: z.union([z.string(), z.number(), z.array(z.int())]) }))
    for (const text of ['5', 'true', '"quoted"', '[1, "x"]', '{"a":1}', '[', '']) {
      expect(await made.parseInput({ value: text })).toEqual({ ok: true, value: { value: text } })
    }
    expect(await made.parseInput({ value: ' [1, 2]' })).toEqual({
      ok: true,
      value: { value: [1, 2] },
    })
    expect(await made.parseInput({ value: 5 })).toEqual({ ok: true, value: { value: 5 } })
  })

  it('of a raw JSON Schema are checked and given as they are', async () => {
    const made = define({
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: ['integer', 'boolean'] } },
      required: ['city'],
    })
    expect(await made.parseInput({ city: 'Oslo', days: '3' })).toEqual({
      ok: true,
      value: { city: 'Oslo', days: 3 },
    })
    expect(await made.parseInput({ days: 'x' })).toEqual({
      ok: false,
      issues: [
        '`city`: required, but missing',
        '`days`: expected an integer or a boolean, got "x"',
      ],
    })
    expect(await made.parseInput('Oslo')).toEqual({
      ok: false,
      issues: ['input: expected an object, got "Oslo"'],
    })
  })

  it('that are wrong are told by path, five at most', async () => {
    const made = define(z.object({ stops: z.array(z.object({ 'zip code': z.string() })) }))
    const result = await made.parseInput({
      stops: Array.from({ length: 9 }, () => ({ 'zip code': 1 })),
    })
    expect(result).toMatchObject({ ok: false, issues: { length: 5 } })
    expect(result).toMatchObject({
      issues: expect.arrayContaining([
        '`stops[0]["zip code"]`: Invalid input: expected string, received number',
      ]),
    })
  })

  it('are checked once by checks that take their time', async () => {
    let runs = 0
    const slow = z.string().refine(async () => {
      runs += 1
      return true
    })
    expect(await define(z.object({ a: slow })).parseInput({ a: 'x' })).toEqual({
      ok: true,
      value: { a: 'x' },
    })
    expect(runs).toBe(1)
  })

  it('of a raw JSON Schema need no waiting', () => {
    expect(define({ type: 'object' }).parseInput({})).toEqual({ ok: true, value: {} })
  })

  it('whose check throws are answered, not thrown', async () => {
    const fail = (): never => {
      throw new Error('the database is away')
    }
    const issues = ['input: could not be checked: the database is away']
    expect(
      await define(z.object({ a: z.string().transform(fail) })).parseInput({ a: 'x' }),
    ).toEqual({
      ok: false,
      issues,
    })
    const later = define(z.object({ a: z.string().transform(async () => fail()) }))
    expect(await later.parseInput({ a: 'x' })).toEqual({ ok: false, issues })
  })

  it('never throw, whatever is sent', async () => {
    const made = [
      define(z.object({ at: z.date().nullish(), any: z.any(), tree: z.json().optional() })),
      define({ type: 'object', properties: { a: { type: ['string', 'array'] } } }),
    ]
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (sent) => {
        for (const subject of made) expect(await subject.parseInput(sent)).toHaveProperty('ok')
      }),
    )
    let deep: unknown = 'x'
    for (let depth = 0; depth < 50_000; depth++) deep = [deep]
    for (const subject of made)
      expect(await subject.parseInput({ tree: deep, a: deep })).toHaveProperty('ok')
  })

  it('with hostile keys reach no prototype', async () => {
    const made = define(z.object({ any: z.any() }))
    const text = '{"any":{"__proto__":{"polluted":true}}}'
    await made.parseInput(JSON.parse(text))
    await made.parseInput({ any: '{"__proto__":{"polluted":true}}' })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(await made.parseInput({ any: '{"__proto__":{"polluted":true}}' })).toEqual({
      ok: true,
      value: { any: '{"__proto__":{"polluted":true}}' },
    })
  })

  it('end where alternatives multiply at every level', async () => {
    const kinds = ['a', 'b', 'c'].map((kind) => ({
      type: 'object',
      properties: { left: { $ref: '#/$defs/tree' }, mark: true, kind: { const: kind } },
      required: ['kind'],
    }))
    const made = define({
      type: 'object',
      properties: { tree: { $ref: '#/$defs/tree' } },
      $defs: { tree: { anyOf: kinds } },
    })
    let tree: unknown = {}
    for (let depth = 0; depth < 30; depth++) tree = { left: tree, kind: 'z', mark: '[1]' }
    expect(await made.parseInput({ tree })).toMatchObject({ ok: false })
  })
})

describe('outputs', () => {
  const input = z.object({})
  it('pass as they are without a schema', async () => {
    expect(await define(input).parseOutput(5n)).toEqual({ ok: true, value: 5n })
  })

  it('are checked by their schema', async () => {
    const made = tool({
      name: 'subject',
      description: 'Does it.',
      input,
      output: z.object({ celsius: z.number() }),
      execute: () => ({ celsius: 1 }),
    })
    expect(await made.parseOutput({ celsius: 21 })).toEqual({ ok: true, value: { celsius: 21 } })
    expect(await made.parseOutput({ celsius: 'warm' })).toEqual({
      ok: false,
      issues: ['`celsius`: Invalid input: expected number, received string'],
    })
  })
})

describe('schemas of other libraries', () => {
  const standard = (
    convert: (options: object) => Record<string, unknown>,
  ): StandardSchema<{ a: string }> => ({
    '~standard': {
      version: 1,
      vendor: 'acme',
      validate: (value) =>
        typeof Object(value).a === 'string'
          ? { value: value as { a: string } } // just checked
          : { issues: [{ message: 'expected text', path: [{ key: 'a' }] }] },
      jsonSchema: { input: convert },
    },
  })
  const converted = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }

  it('are read the same way', async () => {
    const made = define(standard(() => converted))
    expect(made.parameters.properties).toEqual({ a: { type: 'string', description: 'A' } })
    expect(await made.parseInput({ a: 'x' })).toEqual({ ok: true, value: { a: 'x' } })
    expect(await made.parseInput({ a: 1 })).toEqual({ ok: false, issues: ['`a`: expected text'] })
  })

  it('are given no options of zod', () => {
    const picky = standard((options) => {
      if ('libraryOptions' in options) throw new TypeError('unknown option')
      return converted
    })
    expect(define(picky).parameters.required).toEqual(['a'])
  })

  it('may be functions', () => {
    const callable = Object.assign(
      () => true,
      standard(() => converted),
    )
    expect(define(callable).parameters.required).toEqual(['a'])
  })

  it('that cannot be converted are refused with their own reason', () => {
    const fails = standard(() => {
      throw new Error('no JSON Schema for morphs')
    })
    expect(() => define(fails)).toThrow(
      'Tool `subject`: expected `input` to be a schema that acme can write as JSON Schema, got no JSON Schema for morphs.',
    )
  })
})
