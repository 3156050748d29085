import * as z from 'zod'
import * as m from 'zod/mini'
import { z as z3 } from 'zod3'
import { z as z3InZod4 } from 'zod/v3'
import { zodToJsonSchema } from 'zod-to-json-schema'
import { describe, expect, it } from 'vitest'
import { DroverError } from '../../src/errors.ts'
import { checkToolNames, tool } from '../../src/tool/tool.ts'
import { zod3 } from '../../src/zod3.ts'
import { zodMini } from '../../src/zod-mini.ts'

const usable = {
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string() }),
  execute: () => 'sunny',
}

/** Options as a program without types might give them. */
function define(options: object): unknown {
  return tool({ ...usable, ...options })
}

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof DroverError && error.code === 'config.tool') return error.message
    throw error
  }
  throw new Error('expected a refusal')
}

const refusedInput = (input: unknown): string => messageOf(() => define({ input }))

it('is plain frozen data with the effect `once` unless told', () => {
  const made = tool(usable)
  expect(Object.isFrozen(made)).toBe(true)
  expect(made).toMatchObject({ name: 'get_weather', effect: 'once' })
  expect(tool({ ...usable, effect: 'read' }).effect).toBe('read')
  expect(made.parameters).toEqual({
    type: 'object',
    properties: { city: { type: 'string', description: 'City' } },
    required: ['city'],
  })
})

describe('refuses at definition', () => {
  it.each(['', '1st', 'has space', 'ümlaut', 'a'.repeat(65), 5, undefined])(
    'the name %j',
    (name) => {
      expect(messageOf(() => define({ name }))).toMatch(
        /Expected the `name` of a tool to be 1 to 64/,
      )
    },
  )

  it.each(['', '  \n', undefined, 7])('the description %j', (description) => {
    expect(messageOf(() => define({ description }))).toMatch(
      /Tool `get_weather`: expected `description`/,
    )
  })

  it('an effect that is none of the three', () => {
    expect(messageOf(() => define({ effect: 'twice' }))).toMatch(
      /'read', 'idempotent' or 'once', got "twice"/,
    )
  })

  it('an `execute` that is no function', () => {
    expect(messageOf(() => define({ execute: 'run' }))).toMatch(
      /expected `execute` to be a function, got "run"/,
    )
  })

  it('an `output` that is no schema of a library', () => {
    expect(messageOf(() => define({ output: { type: 'string' } }))).toMatch(
      /expected `output` to be a schema of zod/,
    )
  })

  it.each([undefined, null, 5, 'string', []])('the input %j', (input) => {
    expect(refusedInput(input)).toMatch(
      /Tool `get_weather`: expected `input` to be a schema of zod or another library/,
    )
  })

  it.each([
    ['a zod string', z.string(), 'the type string'],
    ['a zod array', z.array(z.string()), 'the type array'],
    ['a raw JSON Schema of a list', { type: 'array' }, 'the type array'],
    [
      'a raw JSON Schema of several types',
      { type: ['object', 'string'] },
      'the type object or string',
    ],
    [
      'a union with something else',
      z.union([z.object({}), z.string()]),
      'the type object or string',
    ],
  ])('%s as input', (_, input, got) => {
    expect(refusedInput(input)).toContain(
      `expected \`input\` to be the schema of an object, got ${got}: wrap it in an object`,
    )
  })

  it('a raw JSON Schema whose `type` is no JSON type', () => {
    expect(refusedInput({ type: 'objekt' })).toContain('got "objekt"')
  })

  it('a raw JSON Schema that is not plain data', () => {
    const loop: Record<string, unknown> = { type: 'object' }
    loop['properties'] = { loop }
    expect(refusedInput(loop)).toMatch(/expected `input` to be JSON Schema as plain data/)
    expect(refusedInput(JSON.parse('{"type":"object","properties":{"__proto__":{}}}'))).toContain(
      '`__proto__`',
    )
  })

  it('a raw JSON Schema with a pattern that is no expression', () => {
    expect(
      refusedInput({ type: 'object', properties: { a: { type: 'string', pattern: '(' } } }),
    ).toContain('got "("')
  })

  it.each(['#/$defs/gone', 'https://example.com/city.json', '#city'])('the reference %s', (ref) => {
    expect(refusedInput({ type: 'object', properties: { a: { $ref: ref } } })).toContain(
      `got "${ref}": inline what it refers to`,
    )
  })

  it('references that lead in a circle', () => {
    const $defs = { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }
    expect(
      refusedInput({ type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs }),
    ).toContain('`$ref`')
  })

  it('a schema that grows without end when its references are written out', () => {
    const $defs: Record<string, object> = { last: { type: 'string' } }
    for (let level = 0; level < 16; level++) {
      const next = { $ref: level === 0 ? '#/$defs/last' : `#/$defs/level${level - 1}` }
      $defs[`level${level}`] = { type: 'object', properties: { a: next, b: next, c: next } }
    }
    const bomb = { type: 'object', properties: { a: { $ref: '#/$defs/level15' } }, $defs }
    expect(refusedInput(bomb)).toContain('expected a schema of at most 2000 parts')
  })
})

describe('names the right door', () => {
  it.each([
    ['zod 3', z3.object({ a: z3.string() })],
    ['zod/v3', z3InZod4.object({ a: z3InZod4.string() })],
  ])('for a schema of %s', (_, input) => {
    expect(refusedInput(input)).toContain('wrap it as `zod3(schema)` from `@drover/core/zod3`')
  })

  it('for a zod 3 schema from before Standard Schema', () => {
    expect(refusedInput({ _def: { typeName: 'ZodObject' }, parse: () => ({}) })).toContain(
      '`zod3(schema)`',
    )
  })

  it('for a schema of zod/mini', () => {
    expect(refusedInput(m.object({ a: m.string() }))).toContain(
      'wrap it as `zodMini(schema)` from `@drover/core/zod-mini`',
    )
  })

  it('for another library that carries no JSON Schema', () => {
    const validate = (value: unknown) => ({ value })
    expect(refusedInput({ '~standard': { version: 1, vendor: 'acme', validate } })).toContain(
      'this acme schema carries no JSON Schema: use a version of acme that implements Standard JSON Schema, or give raw JSON Schema',
    )
  })

  it('at `zod3` and at `zodMini`', () => {
    const schema: never = z.object({ a: z.string() }) as never // what the types refuse
    expect(messageOf(() => zod3(schema))).toContain('give a zod 4 schema to `tool` as it is')
    expect(messageOf(() => zod3(m.object({}) as never))).toContain(
      '`zodMini` from `@drover/core/zod-mini`',
    )
    expect(messageOf(() => zodMini(z3.object({}) as never))).toContain(
      '`zod3` from `@drover/core/zod3`',
    )
    expect(messageOf(() => zod3(undefined as never))).toContain('Expected `zod3`')
    expect(messageOf(() => zodMini(undefined as never))).toContain('Expected `zodMini`')
  })

  it('and takes plain zod 4 through `zodMini` too', () => {
    const input = z.object({ a: z.date() })
    expect(tool({ ...usable, input: zodMini(input) }).parameters).toEqual(
      tool({ ...usable, input }).parameters,
    )
  })
})

describe('a schema that lost its properties', () => {
  it.each([
    ['an empty one', {}],
    [
      'a zod 4 schema through zod-to-json-schema',
      zodToJsonSchema(z.object({ a: z.string() }) as never),
    ],
    ['any', z.any()],
  ])('is refused: %s', (_, input) => {
    expect(refusedInput(input)).toMatch(/lost its properties.*zod-to-json-schema reads zod 3 only/)
  })

  it('is not one that has none', () => {
    expect(tool({ ...usable, input: z.object({}) }).parameters).toEqual({
      type: 'object',
      properties: {},
    })
    expect(
      tool({ ...usable, input: { type: 'object' }, execute: () => 1 }).parameters.properties,
    ).toEqual({})
  })
})

describe('parts that JSON has no value for are refused with their place', () => {
  const within = (part: z.ZodType): unknown =>
    z.object({ trip: z.object({ stops: z.array(part) }) })
  it.each<[string, z.ZodType, string]>([
    ['map', z.map(z.string(), z.string()), '`z.map` at `trip.stops[]`: use `z.record(…)`'],
    ['set', z.set(z.string()), '`z.set` at `trip.stops[]`: use `z.array(…)`'],
    ['symbol', z.symbol(), '`z.symbol` at `trip.stops[]`'],
    ['promise', z.promise(z.string()), '`z.promise` at `trip.stops[]`: use the schema inside'],
    ['custom', z.custom<string>(), '`z.custom` at `trip.stops[]`'],
    ['instanceof', z.instanceof(URL), '`z.custom` at `trip.stops[]`'],
    ['file', z.file(), '`z.file` at `trip.stops[]`'],
    ['nan', z.nan(), '`z.nan` at `trip.stops[]`: use `z.number()`'],
    [
      'undefined',
      z.union([z.string(), z.undefined()]),
      '`z.undefined` at `trip.stops[]`: use `.optional()`',
    ],
    ['void', z.void(), '`z.void` at `trip.stops[]`: use `.optional()`'],
    ['bigint literal', z.literal(5n), '`z.literal` at `trip.stops[]`: use a literal of text'],
    [
      'undefined literal',
      z.literal(undefined),
      '`z.literal` at `trip.stops[]`: use a literal of text',
    ],
  ])('%s in zod 4', (_, part, message) => {
    expect(refusedInput(within(part))).toContain(`JSON has no value for this ${message}`)
  })

  it.each<[string, z3.ZodTypeAny, string]>([
    ['map', z3.map(z3.string(), z3.string()), '`z.map` at `stops[]`'],
    ['set', z3.set(z3.string()), '`z.set` at `stops[]`'],
    ['symbol', z3.symbol(), '`z.symbol` at `stops[]`'],
    ['promise', z3.promise(z3.string()), '`z.promise` at `stops[]`'],
    ['function', z3.function(), '`z.function` at `stops[]`'],
    ['nan', z3.nan(), '`z.nan` at `stops[]`'],
    ['undefined', z3.undefined(), '`z.undefined` at `stops[]`'],
    ['void', z3.void(), '`z.void` at `stops[]`'],
    ['bigint literal', z3.literal(5n), '`z.literal` at `stops[]`'],
    [
      'union of bigint literals',
      z3.union([z3.literal(5n), z3.literal(6n)]),
      '`z.literal` at `stops[]`',
    ],
  ])('%s in zod 3', (_, part, message) => {
    expect(refusedInput(zod3(z3.object({ stops: z3.array(part) })))).toContain(
      `JSON has no value for this ${message}`,
    )
  })

  it('in zod/mini', () => {
    expect(refusedInput(zodMini(m.object({ tags: m.set(m.string()) })))).toContain(
      '`z.set` at `tags`',
    )
  })
})

describe('lists of tools', () => {
  it('may not hold one name twice', () => {
    expect(messageOf(() => checkToolNames([{ name: 'a' }, { name: 'b' }, { name: 'a' }]))).toBe(
      'Expected every tool to have its own name, got two named `a`: rename one.',
    )
  })

  it('may hold names that differ in case', () => {
    expect(() => checkToolNames([{ name: 'a' }, { name: 'A' }])).not.toThrow()
  })
})
