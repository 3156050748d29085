import { tool } from '@drover/core'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { JsonSchema } from '../../src/json-schema.ts'
import { validateJson } from '../../src/json-schema-validate.ts'
import { own } from '../../src/json.ts'
import type { JsonValue } from '../../src/message.ts'
import { repairInput } from '../../src/tool/coerce.ts'

const string = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }
const strings = { type: 'array', items: string }
const object = (properties: Record<string, unknown>, ...required: string[]): JsonSchema =>
  ({ type: 'object', properties, required }) as JsonSchema // the tables hold schemas only
const closed = (properties: Record<string, unknown>, ...required: string[]): JsonSchema => ({
  ...object(properties, ...required),
  additionalProperties: false,
})

const repaired: Record<string, [schema: unknown, before: JsonValue, after: JsonValue][]> = {
  'numbers written as text': [
    [integer, '4', 4],
    [integer, '-12', -12],
    [integer, '0', 0],
    [integer, '30900', 30900],
    [integer, '4.0', 4],
    [integer, '9007199254740991', 9007199254740991],
    [number, '-2.5', -2.5],
    [number, ' 4 ', 4],
    [number, '0.1', 0.1],
    [number, '1.50', 1.5],
    [number, '0.30000000000000004', 0.30000000000000004],
    [{ type: ['integer', 'null'] }, '7', 7],
    [{ type: 'integer', nullable: true }, '7', 7],
    [{ anyOf: [integer, { type: 'null' }] }, '7', 7],
    [{ enum: [1, 2, 3] }, '2', 2],
    [{ const: 5 }, '5', 5],
  ],
  'booleans written as text': [
    [boolean, 'true', true],
    [boolean, 'True', true],
    [boolean, 'FALSE', false],
    [boolean, ' false', false],
    [{ enum: [true] }, 'true', true],
  ],
  'whole numbers where text is wanted': [
    [string, 5, '5'],
    [string, -42, '-42'],
    [{ type: 'string', enum: ['1', '2'] }, 2, '2'],
    [{ type: 'string', enum: ['1.5', '2.5'] }, 1.5, '1.5'],
    [{ type: 'string', enum: ['true', 'false', 'auto'] }, true, 'true'],
    [{ type: 'string', pattern: '^\\d{5}$' }, 10001, '10001'],
  ],
  'objects and lists written as text': [
    [strings, '["a","b"]', ['a', 'b']],
    [strings, "['a', 'b']", ['a', 'b']],
    [strings, '["it\'s", "b",]', ["it's", 'b']],
    [strings, `['it\\'s', 'a "b"', 'c\\\\']`, ["it's", 'a "b"', 'c\\']],
    [strings, '```json\n["a"]\n```', ['a']],
    [strings, '"[\\"a\\"]"', ['a']],
    [object({ a: integer }, 'a'), '{"a": 1}', { a: 1 }],
    [object({ a: integer }, 'a'), "{'a': '1'}", { a: 1 }],
    [object({ a: integer }, 'a'), '{a: 1}', { a: 1 }],
    [object({ a: boolean, b: string }, 'a'), "{'a': True, 'b': None}", { a: true }],
    [object({ a: integer }, 'a'), '"{\\"a\\": 1}"', { a: 1 }],
    [{ type: 'array', items: integer }, '[1, 2]', [1, 2]],
    [{ type: 'array', items: object({ a: integer }, 'a') }, '{"a":1}', [{ a: 1 }]],
    [object({ list: strings }, 'list'), '{"list": "[\\"x\\"]"}', { list: ['x'] }],
  ],
  'one value where a list is wanted, a list of one where a value is': [
    [strings, 'light', ['light']],
    [{ type: 'array', items: integer }, 5, [5]],
    [{ type: 'array', items: integer }, '5', [5]],
    [{ type: 'array', items: object({ a: string }, 'a') }, { a: 'x' }, [{ a: 'x' }]],
    [string, ['Lisbon'], 'Lisbon'],
    [integer, ['5'], 5],
    [object({ a: string }, 'a'), [{ a: 'x' }], { a: 'x' }],
  ],
  'lists of numbers or constants with commas between': [
    [{ type: 'array', items: integer }, '1, 2,3', [1, 2, 3]],
    [{ type: 'array', items: { enum: ['red', 'green'] } }, 'red, Green', ['red', 'green']],
  ],
  'other spellings of a constant': [
    [{ type: 'string', enum: ['celsius', 'fahrenheit'] }, 'Celsius', 'celsius'],
    [{ enum: ['celsius', 'fahrenheit'] }, ' celsius ', 'celsius'],
    [{ enum: ['next_week', 'today'] }, 'next week', 'next_week'],
    [{ enum: ['next_week', 'today'] }, 'nextWeek', 'next_week'],
    [{ enum: ['next_week', 'today'] }, 'Next-Week', 'next_week'],
    [{ enum: ['celsius'] }, '"celsius"', 'celsius'],
    [{ enum: ['none', 'all'] }, 'None', 'none'],
    [{ const: 'USD' }, 'usd', 'USD'],
  ],
  'other spellings of a date': [
    [{ type: 'string', format: 'date' }, '2026-01-02T00:00:00Z', '2026-01-02'],
    [{ type: 'string', format: 'date' }, '2026-01-02T00:00:00.000', '2026-01-02'],
    [{ type: 'string', format: 'date' }, '2026/1/2', '2026-01-02'],
    [{ type: 'string', format: 'date' }, ' 2026-01-02', '2026-01-02'],
    [{ type: 'string', format: 'date-time' }, '2026-01-02 10:30 UTC', '2026-01-02T10:30:00Z'],
    [
      { type: 'string', format: 'date-time' },
      '2026-01-02T10:30+02:00',
      '2026-01-02T10:30:00+02:00',
    ],
    [{ type: 'string', format: 'email' }, ' a@example.org\n', 'a@example.org'],
  ],
  'optional values that say nothing': [
    [object({ a: string, b: integer }), { a: 'x', b: null }, { a: 'x' }],
    [object({ b: integer }), { b: '' }, {}],
    [object({ b: integer }), { b: 'None' }, {}],
    [object({ b: string }), { b: null }, {}],
    [object({ b: strings }), { b: null }, {}],
    [object({ b: strings }), { b: '' }, {}],
    [object({ b: { type: 'string', enum: ['x'] } }), { b: '' }, {}],
    [object({ b: { type: 'string', format: 'date' } }), { b: '' }, {}],
    [object({ b: { type: ['integer', 'null'] } }), { b: 'null' }, { b: null }],
    [object({ b: { anyOf: [strings, { type: 'null' }] } }), { b: 'None' }, { b: null }],
    [
      object({ a: object({ b: integer }, 'b'), c: integer }, 'a'),
      { a: { b: '1' }, c: null },
      { a: { b: 1 } },
    ],
  ],
  'properties that the schema refuses': [
    [closed({ city: string }, 'city'), { city: 'Lisbon', mood: 'good' }, { city: 'Lisbon' }],
  ],
  'near-miss names': [
    [object({ city_name: string }, 'city_name'), { cityName: 'Lisbon' }, { city_name: 'Lisbon' }],
    [object({ cityName: string }, 'cityName'), { 'city-name': 'x' }, { cityName: 'x' }],
    [object({ city: string }, 'city'), { City: 'x' }, { city: 'x' }],
    [object({ _class: string }, '_class'), { class: 'Mage' }, { _class: 'Mage' }],
    [object({ tags: strings }, 'tags'), { tag: 'x' }, { tags: ['x'] }],
    [object({ address: string }, 'address'), { adress: 'x' }, { address: 'x' }],
    [
      object({ query: string, max_results: integer }, 'query'),
      { query: 'x', maxResults: '3' },
      { query: 'x', max_results: 3 },
    ],
    [object({ limit: integer, query: string }), { Limit: 3 }, { limit: 3 }],
    [closed({ unit: string }), { units: 'km' }, { unit: 'km' }],
    [object({ a: object({ b_c: integer }, 'b_c') }, 'a'), { a: { bC: 1 } }, { a: { b_c: 1 } }],
  ],
  'inputs that lie too deep or too flat': [
    [object({ city: string }, 'city'), { arguments: { city: 'x' } }, { city: 'x' }],
    [object({ n: integer }, 'n'), { parameters: { n: '3' } }, { n: 3 }],
    [object({ n: integer }, 'n'), { input: '{"n": 3}' }, { n: 3 }],
    [object({ n: integer }, 'n'), { type: 'object', properties: { n: 3 } }, { n: 3 }],
    [object({ n: integer }, 'n'), { get_weather: { n: 3 } }, { n: 3 }],
    [object({ n: integer }, 'n'), { name: 'get_weather', arguments: { n: 3 } }, { n: 3 }],
    [object({ n: integer }), { parameters: { n: 3 } }, { n: 3 }],
    [object({}), { parameters: {} }, {}],
    [
      object({ query: object({ city: string, days: integer }, 'city') }, 'query'),
      { city: 'x', days: '2' },
      { query: { city: 'x', days: 2 } },
    ],
    [
      object({ path: object({ id: integer }, 'id'), query: object({ page: integer }) }, 'path'),
      { id: 1, page: 2 },
      { path: { id: 1 }, query: { page: 2 } },
    ],
  ],
  'alternatives, by the one with the fewest repairs': [
    [{ anyOf: [integer, { type: 'array', items: integer }] }, '5', 5],
    [{ anyOf: [integer, { type: 'array', items: integer }] }, '["5"]', [5]],
    [
      { oneOf: [closed({ a: string }, 'a'), closed({ a: string, n: integer }, 'a')] },
      { a: 'x', n: '1' },
      { a: 'x', n: 1 },
    ],
    [
      {
        oneOf: [
          object({ kind: { const: 'a' }, n: integer }, 'kind', 'n'),
          object({ kind: { const: 'b' }, n: string }, 'kind', 'n'),
        ],
      },
      { kind: 'B', n: 7 },
      { kind: 'b', n: '7' },
    ],
    [
      {
        type: 'object',
        properties: { a: integer },
        anyOf: [{ required: ['a'] }, object({ b: integer }, 'b')],
      },
      { b: '1' },
      { b: 1 },
    ],
    [
      { allOf: [object({ a: integer }), object({ b: integer }, 'b')] },
      { a: '1', b: '2' },
      { a: 1, b: 2 },
    ],
    [{ $ref: '#/$defs/n', $defs: { n: integer } }, '3', 3],
    [
      object({ at: { type: 'object', additionalProperties: integer } }),
      { at: { x: '1' } },
      { at: { x: 1 } },
    ],
    [
      { type: 'object', patternProperties: { '^n': integer } },
      { n1: '1', s: '1' },
      { n1: 1, s: '1' },
    ],
    [
      { type: 'array', prefixItems: [integer, string], items: boolean },
      ['1', 2, 'true'],
      [1, '2', true],
    ],
    [
      { type: 'array', items: [integer, string], additionalItems: boolean },
      ['1', 2, 'true'],
      [1, '2', true],
    ],
  ],
}

const left: Record<string, [schema: unknown, value: JsonValue][]> = {
  'text that may be meant as it is written': [
    ...[
      '1e3',
      '0x10',
      '007',
      '1,000',
      '$5',
      '',
      '-0',
      '+5',
      '5.',
      '.5',
      '5 km',
      'five',
      'NaN',
      'Infinity',
    ].map((text): [unknown, JsonValue] => [number, text]),
    [integer, '4.5'],
    [integer, '9007199254740993'],
    [number, '3.14159265358979323846'],
    [boolean, 'yes'],
    [boolean, '1'],
    [boolean, 1],
    [integer, true],
    [string, 1.5],
    [string, 2 ** 53],
    [string, true],
    [string, { a: 1 }],
    [string, ['a', 'b']],
    [string, null],
  ],
  'text that is no object or list for certain': [
    [strings, '[a, b]'],
    [strings, "['it's']"],
    [strings, '["a"'],
    [strings, "['a', ('b', 'c')]"],
    [object({ a: integer }, 'a'), '{"a": 1, "a": 2}'],
    [strings, 'Lisbon, Porto'],
    [strings, 'one\ntwo'],
    [strings, ''],
    [strings, 'None'],
    [object({ a: integer }), 'a=1'],
    [object({ id: integer }, 'id'), '{"id": 12345678901234567890}'],
    [object({ a: integer }), '{"__proto__": {"a": 1}}'],
    [object({ a: integer }), '[1, 2]'],
  ],
  'constants that more than one may be, or none': [
    [{ enum: ['a_b', 'a-b'] }, 'A B'],
    [{ enum: ['-1', '+1'] }, '1'],
    [{ enum: ['1-2', '34'] }, '12'],
    [{ enum: ['celsius', 'kelvin'] }, 'celcius'],
    [{ enum: ['Civil', 'Divorce'] }, 'divorces'],
  ],
  'dates that do not say enough': [
    [{ type: 'string', format: 'date' }, '03/04/2026'],
    [{ type: 'string', format: 'date' }, '2026-01-02T10:30:00Z'],
    [{ type: 'string', format: 'date' }, '2026-01-02T00:00:00+02:00'],
    [{ type: 'string', format: 'date' }, '2026-02-30'],
    [{ type: 'string', format: 'date-time' }, '2026-01-02'],
    [{ type: 'string', format: 'date-time' }, '2026-01-02T10:30:00'],
    [{ type: 'string', format: 'date-time' }, 'tomorrow'],
  ],
  'required values that say nothing': [
    [object({ a: integer }, 'a'), { a: null }],
    [object({ a: integer }, 'a'), { a: '' }],
    [object({ a: strings }, 'a'), { a: 'None' }],
  ],
  'names of something else': [
    [object({ height: integer }, 'height'), { weight: 5 }],
    [object({ max_price: integer }, 'max_price'), { min_price: 5 }],
    [object({ lat: number, lon: number }, 'lat', 'lon'), { lat: 1, lan: 2 }],
    [object({ line2: string }, 'line2'), { line: 'x' }],
    [object({ read: boolean }, 'read'), { unread: true }],
    [object({ city: string, City: string }, 'city'), { CITY: 'x' }],
    [object({ city: string }, 'city'), { CITY: 'x', City: 'y' }],
    [object({ city: integer }, 'city'), { City: 'x' }],
    [object({ tags: string }, 'id'), { tag: 'x' }],
  ],
  'wrappers that are more than that': [
    [object({ city: string }, 'city'), { exclude: { city: 'x' } }],
    [object({ city: string }, 'city'), { arguments: { city: 5.5 } }],
    [object({ city: string }, 'city'), { arguments: { city: 'x' }, days: 3 }],
    [object({ input: object({ a: string }) }), { input: { a: 'x' } }],
    [object({ a: string }), { parameters: { b: 'x' } }],
    [object({ a: object({ x: integer }), b: object({ x: integer }) }, 'a'), { x: 1 }],
  ],
  'what cannot be repaired beside it': [[closed({ a: integer }, 'a'), { a: 'x', b: 1 }]],
}

const at = (schema: unknown): JsonSchema => schema as JsonSchema // the tables hold schemas only
const show = (value: unknown): string => JSON.stringify(value).slice(0, 80)

describe.each(Object.entries(repaired))('repairs %s', (_, rows) => {
  test.each(
    rows.map(
      ([schema, before, after]) => [show(before), show(after), schema, before, after] as const,
    ),
  )('%s is %s', (_before, _after, schema, before, after) => {
    const copy = structuredClone(before)
    const { input, repairs } = repairInput(before, at(schema), { toolName: 'get_weather' })
    expect(input).toEqual(after)
    expect(repairs).not.toEqual([])
    expect(validateJson(at(schema), input)).toEqual([])
    expect(before).toEqual(copy)
    expect(repairInput(input, at(schema))).toEqual({ input, repairs: [] })
  })
})

describe.each(Object.entries(left))('does not repair %s', (_, rows) => {
  test.each(rows.map(([schema, value]) => [show(value), show(schema), schema, value] as const))(
    '%s for %s',
    (_value, _schema, schema, value) => {
      expect(repairInput(value, at(schema), { toolName: 'get_weather' })).toEqual({
        input: value,
        repairs: [],
      })
    },
  )
})

const untouched: [schema: JsonSchema, value: JsonValue][] = [
  [
    object({ zip: string, phone: string, id: string, flag: string }),
    { zip: '01234', phone: '+351 210', id: '1e3', flag: 'true' },
  ],
  [object({ note: string }), { note: '' }],
  [object({ note: string }), { note: 'null' }],
  [object({ a: integer }), { a: 1, more: 'x' }],
  [object({ a: integer }), { parameters: 'x' }],
  [{ type: 'object', properties: { a: integer }, additionalProperties: true }, { A: 1 }],
  [{ type: 'object' }, { arguments: { a: 1 } }],
  [object({ v: { anyOf: [string, integer] } }), { v: '5' }],
  [object({ v: { type: ['string', 'null'] } }), { v: null }],
  [object({ v: {} }), { v: '{"a":1}' }],
]
test.each(untouched)('gives what fits back as it is: %j', (schema, value) => {
  const outcome = repairInput(value, schema)
  expect(outcome.input).toBe(value)
  expect(outcome.repairs).toEqual([])
})

test('says in order what was done, where, and what stood there', () => {
  const schema = object(
    {
      config: object({ mode: string, hours: { type: 'array', items: integer } }, 'mode'),
      max_hits: integer,
      note: integer,
    },
    'config',
  )
  const { repairs } = repairInput(
    { config: '{"mode":"eco","hours":["6"]}', maxHits: '5', note: null },
    schema,
  )
  expect(repairs).toEqual([
    {
      path: 'config',
      kind: 'json',
      before: '{"mode":"eco","hours":["6"]}',
      after: { mode: 'eco', hours: ['6'] },
    },
    { path: 'config.hours[0]', kind: 'number', before: '6', after: 6 },
    { path: 'maxHits', kind: 'rename', before: 'maxHits', after: 'max_hits' },
    { path: 'max_hits', kind: 'number', before: '5', after: 5 },
    { path: 'note', kind: 'omit', before: null },
  ])
})

test('repairs what it can beside what it cannot, so that the model is told only of the rest', () => {
  const schema = object({ a: integer, b: object({ c: integer }, 'c') }, 'a', 'b')
  const { input } = repairInput({ a: '1', b: '{"d": 1}' }, schema)
  expect(input).toEqual({ a: 1, b: { d: 1 } })
  expect(validateJson(schema, input)).toEqual(['`b.c`: required, but missing'])
})

test('touches no prototype', () => {
  const schema = object({ constructor: integer, toString: integer }, 'constructor')
  const value = JSON.parse(
    '{"constructor":"1","toString":"2","__proto__":"3","hasOwnProperty":"4"}',
  ) as JsonValue // plain JSON
  const { input } = repairInput(value, schema)
  expect(JSON.stringify(input)).toBe(
    '{"constructor":1,"toString":2,"__proto__":"3","hasOwnProperty":"4"}',
  )
  expect(repairInput({}, object({ valueOf: integer }))).toEqual({ input: {}, repairs: [] })
})

test('gives up on schemas that ask for endless work', () => {
  const endless: JsonSchema = {
    type: 'object',
    properties: { n: integer },
    anyOf: [{ $ref: '#' }, { $ref: '#' }],
    required: ['n'],
  }
  expect(repairInput({ n: '1' }, endless)).toEqual({ input: { n: '1' }, repairs: [] })
  const tree: JsonSchema = {
    anyOf: [1, 2, 3].map((n) => object({ child: { $ref: '#' }, leaf: { const: n } })),
  }
  let value: JsonValue = { leaf: 'x' }
  for (let depth = 0; depth < 60; depth++) value = { child: value, leaf: '9' }
  expect(repairInput(value, tree).input).toEqual(value)
})

test('reads hostile text in one pass', () => {
  const schema = object({
    number,
    boolean,
    strings,
    object: object({ a: integer }, 'a'),
    constant: { enum: ['a', 1, null] },
    date: { type: 'string', format: 'date-time' },
    flags: { type: 'array', items: boolean },
  })
  const size = 100_000
  const texts = [
    ' ',
    '[',
    '{',
    "'",
    '"',
    '\\',
    "\\'",
    ',',
    ', ',
    '1',
    '-',
    '`',
    '```',
    '1 ',
    "['a',",
    '_a',
  ].flatMap((unit) => {
    const long = unit.repeat(size)
    return [long, `${long}x`, `['${long}`, `["${long}`, `['${long}']x`, `{'a': '${long}'}`]
  })
  const keys = Object.keys(schema.properties ?? {})
  for (const text of texts) {
    const { input } = repairInput(Object.fromEntries(keys.map((key) => [key, text])), schema)
    expect(own(input, 'number')).toBe(text.trim() === '' ? undefined : text)
  }
})

test('repairs what a model sends for a schema that was lowered', async () => {
  const book = tool({
    name: 'book',
    description: 'Books a room.',
    input: z.object({
      nights: z.int(),
      room: z.enum(['single', 'double']).nullable(),
      from: z.date(),
      extras: z.array(z.object({ id: z.string(), count: z.number().optional() })).optional(),
      payment: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('card'), digits: z.string() }),
        z.object({ kind: z.literal('voucher'), value: z.number() }),
      ]),
    }),
    execute: () => 'done',
  })
  const { input } = repairInput(
    {
      Nights: '3',
      room: 'None',
      from: '2026-01-02 10:30 UTC',
      extras: "[{'id': 7, 'count': null}]",
      payment: '{"kind": "Voucher", "value": "12.5"}',
    },
    book.parameters,
  )
  expect(await book.parseInput(input)).toEqual({
    ok: true,
    value: {
      nights: 3,
      room: null,
      from: new Date('2026-01-02T10:30:00Z'),
      extras: [{ id: '7' }],
      payment: { kind: 'voucher', value: 12.5 },
    },
  })
})

test('concludes nothing from the `string` of a lowered property that has several types', () => {
  const { parameters } = tool({
    name: 'store',
    description: 'Stores values.',
    input: z.object({
      key: z.union([z.string(), z.number()]),
      value: z.unknown(),
      flag: z.union([z.boolean(), z.number()]).optional(),
      times: z.int(),
    }),
    execute: () => 'done',
  })
  const { input } = repairInput({ key: 5, value: [1], flag: null, times: '2' }, parameters)
  expect(input).toEqual({ key: 5, value: [1], times: 2 })
})
