import * as fc from 'fast-check'
import * as z from 'zod'
import * as m from 'zod/mini'
import { catch as caught } from 'zod/mini'
import { z as z3 } from 'zod3'
import type { ToolInput } from '../../src/tool/schema.ts'
import { zod3 } from '../../src/zod3.ts'
import { zodMini } from '../../src/zod-mini.ts'

/** One shape of input in up to three flavours of zod, with the values it takes. */
export interface ShapeCase {
  readonly name: string
  /** By flavour, a schema of an object; the shape stands at `value` unless it is about the top. */
  readonly inputs: ReadonlyMap<string, ToolInput>
  /** Whole inputs as a program would write them: with Dates and bigints. */
  readonly values: fc.Arbitrary<unknown>
  /** True where no single JSON type fits, so that values travel as JSON text. */
  readonly isMixed: boolean
  /** False where the schema says more than JSON Schema can, so that not every value of the lowered one is taken. */
  readonly isExact: boolean
}

interface Flavours {
  readonly zod4: z.ZodType
  readonly mini?: m.ZodMiniType
  readonly zod3?: z3.ZodTypeAny
}

interface CaseOptions {
  readonly mixed?: boolean
  readonly exact?: boolean
  readonly top?: boolean
  readonly optional?: boolean
}

const CASES: ShapeCase[] = []

function shape(
  name: string,
  values: fc.Arbitrary<unknown>,
  { zod4, mini, zod3: old }: Flavours,
  { mixed = false, exact = true, top = false, optional = false }: CaseOptions = {},
): void {
  const inputs = new Map<string, ToolInput>()
  inputs.set('zod 4', top ? zod4 : z.object({ value: zod4 }))
  if (mini !== undefined) inputs.set('zod/mini', zodMini(top ? mini : m.object({ value: mini })))
  if (old !== undefined) inputs.set('zod 3', zod3(top ? old : z3.object({ value: old })))
  const requiredKeys: 'value'[] = optional ? [] : ['value']
  const whole = top ? values : fc.record({ value: values }, { requiredKeys })
  CASES.push({ name, inputs, values: whole, isMixed: mixed, isExact: exact })
}

const text = fc.string({ unit: 'grapheme-ascii', maxLength: 12 })
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const integer = fc.integer()
const date = fc.date({
  min: new Date('0001-01-01'),
  max: new Date('9999-12-31'),
  noInvalidDate: true,
})
const safeBigint = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n })
const nothing = fc.constant(null)
const point = fc.record({ x: integer, y: integer })

// One value
shape('string', text, { zod4: z.string(), mini: m.string(), zod3: z3.string() })
shape('number', number, { zod4: z.number(), mini: m.number(), zod3: z3.number() })
shape('integer', integer, { zod4: z.int(), mini: m.int(), zod3: z3.number().int() })
shape('boolean', fc.boolean(), { zod4: z.boolean(), mini: m.boolean(), zod3: z3.boolean() })
shape('null', nothing, { zod4: z.null(), mini: m.null(), zod3: z3.null() })
shape('literal', fc.constant('a'), {
  zod4: z.literal('a'),
  mini: m.literal('a'),
  zod3: z3.literal('a'),
})
shape('number literal', fc.constant(5), {
  zod4: z.literal(5),
  mini: m.literal(5),
  zod3: z3.literal(5),
})
shape('null literal', nothing, {
  zod4: z.literal(null),
  mini: m.literal(null),
  zod3: z3.literal(null),
})
shape('several literals', fc.constantFrom(1, 2), {
  zod4: z.literal([1, 2]),
  mini: m.literal([1, 2]),
})
shape(
  'literals of several types',
  fc.constantFrom('a', 1, true),
  { zod4: z.literal(['a', 1, true]) },
  { mixed: true },
)
shape('enum', fc.constantFrom('a', 'b'), {
  zod4: z.enum(['a', 'b']),
  mini: m.enum(['a', 'b']),
  zod3: z3.enum(['a', 'b']),
})
shape('native enum', fc.constantFrom('north', 'south'), {
  zod4: z.enum({ North: 'north', South: 'south' }),
  mini: m.enum({ North: 'north', South: 'south' }),
  zod3: z3.nativeEnum({ North: 'north', South: 'south' }),
})
shape('numeric enum', fc.constantFrom(1, 2), {
  zod4: z.enum({ Low: 1, High: 2 }),
  mini: m.enum({ Low: 1, High: 2 }),
  zod3: z3.nativeEnum({ Low: 1, High: 2 }),
})
shape('date', date, { zod4: z.date(), mini: m.date(), zod3: z3.date() })
shape(
  'date within bounds',
  fc.date({ min: new Date('2020-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }),
  {
    zod4: z.date().min(new Date('2020-01-01')).max(new Date('2029-12-31')),
    zod3: z3.date().min(new Date('2020-01-01')).max(new Date('2029-12-31')),
  },
  { exact: false },
)
shape('bigint', safeBigint, { zod4: z.bigint(), mini: m.bigint(), zod3: z3.bigint() })
shape(
  'bigint with a default',
  safeBigint,
  {
    zod4: z.bigint().default(5n),
    mini: m._default(m.bigint(), 5n),
    zod3: z3.bigint().default(5n),
  },
  { optional: true },
)
shape('bigint within bounds', fc.bigInt({ min: 1n, max: 99n }), {
  zod4: z.bigint().min(1n).max(99n),
  zod3: z3.bigint().min(1n).max(99n),
})

// Perhaps a value
shape(
  'optional',
  text,
  { zod4: z.string().optional(), mini: m.optional(m.string()), zod3: z3.string().optional() },
  { optional: true },
)
shape('nullable', fc.oneof(text, nothing), {
  zod4: z.string().nullable(),
  mini: m.nullable(m.string()),
  zod3: z3.string().nullable(),
})
shape(
  'nullish',
  fc.oneof(integer, nothing),
  { zod4: z.int().nullish(), mini: m.nullish(m.int()), zod3: z3.number().int().nullish() },
  { optional: true },
)
shape('nullable enum', fc.constantFrom('a', 'b', null), {
  zod4: z.enum(['a', 'b']).nullable(),
  mini: m.nullable(m.enum(['a', 'b'])),
  zod3: z3.enum(['a', 'b']).nullable(),
})
shape('nullable object', fc.oneof(point, nothing), {
  zod4: z.object({ x: z.int(), y: z.int() }).nullable(),
  mini: m.nullable(m.object({ x: m.int(), y: m.int() })),
  zod3: z3.object({ x: z3.number().int(), y: z3.number().int() }).nullable(),
})
shape('nullable date', fc.oneof(date, nothing), {
  zod4: z.date().nullable(),
  mini: m.nullable(m.date()),
  zod3: z3.date().nullable(),
})
shape('nullable bigint', fc.oneof(safeBigint, nothing), {
  zod4: z.bigint().nullable(),
  mini: m.nullable(m.bigint()),
  zod3: z3.bigint().nullable(),
})
shape(
  'default',
  integer,
  { zod4: z.int().default(4), mini: m._default(m.int(), 4), zod3: z3.number().int().default(4) },
  { optional: true },
)
shape(
  'prefault',
  text,
  { zod4: z.string().prefault('x'), mini: m.prefault(m.string(), 'x') },
  { optional: true },
)
shape('catch', text, {
  zod4: z.string().catch('x'),
  mini: caught(m.string(), 'x'),
  zod3: z3.string().catch('x'),
})

// Parts
shape('nested object', fc.record({ at: point, name: text }), {
  zod4: z.object({ at: z.object({ x: z.int(), y: z.int() }), name: z.string() }),
  mini: m.object({ at: m.object({ x: m.int(), y: m.int() }), name: m.string() }),
  zod3: z3.object({
    at: z3.object({ x: z3.number().int(), y: z3.number().int() }),
    name: z3.string(),
  }),
})
shape('strict object', point, {
  zod4: z.strictObject({ x: z.int(), y: z.int() }),
  mini: m.strictObject({ x: m.int(), y: m.int() }),
  zod3: z3.object({ x: z3.number().int(), y: z3.number().int() }).strict(),
})
shape('loose object', fc.record({ x: integer, extra: text }), {
  zod4: z.looseObject({ x: z.int() }),
  mini: m.looseObject({ x: m.int() }),
  zod3: z3.object({ x: z3.number().int() }).passthrough(),
})
shape('object with a catchall', fc.record({ x: integer, extra: fc.boolean() }), {
  zod4: z.object({ x: z.int() }).catchall(z.boolean()),
  mini: m.catchall(m.object({ x: m.int() }), m.boolean()),
  zod3: z3.object({ x: z3.number().int() }).catchall(z3.boolean()),
})
shape('array', fc.array(text), {
  zod4: z.array(z.string()),
  mini: m.array(m.string()),
  zod3: z3.array(z3.string()),
})
shape('nested arrays', fc.array(fc.array(integer, { maxLength: 3 }), { maxLength: 3 }), {
  zod4: z.array(z.array(z.int())),
  mini: m.array(m.array(m.int())),
  zod3: z3.array(z3.array(z3.number().int())),
})
shape('array of nullable dates', fc.array(fc.oneof(date, nothing), { maxLength: 4 }), {
  zod4: z.array(z.date().nullable()),
  mini: m.array(m.nullable(m.date())),
  zod3: z3.array(z3.date().nullable()),
})
shape('array of several types', fc.array(fc.oneof(text, integer), { maxLength: 4 }), {
  zod4: z.array(z.union([z.string(), z.int()])),
  mini: m.array(m.union([m.string(), m.int()])),
  zod3: z3.array(z3.union([z3.string(), z3.number().int()])),
})
shape(
  'tuple',
  fc.tuple(text, integer),
  {
    zod4: z.tuple([z.string(), z.int()]),
    mini: m.tuple([m.string(), m.int()]),
    zod3: z3.tuple([z3.string(), z3.number().int()]),
  },
  { exact: false },
)
shape(
  'variadic tuple',
  fc.tuple(text, fc.array(fc.boolean(), { maxLength: 3 })).map(([first, rest]) => [first, ...rest]),
  {
    zod4: z.tuple([z.string()]).rest(z.boolean()),
    mini: m.tuple([m.string()], m.boolean()),
    zod3: z3.tuple([z3.string()]).rest(z3.boolean()),
  },
  { exact: false },
)
shape(
  'record',
  fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    integer,
    { maxKeys: 4 },
  ),
  {
    zod4: z.record(z.string(), z.int()),
    mini: m.record(m.string(), m.int()),
    zod3: z3.record(z3.number().int()),
  },
)
shape('record of dates', fc.dictionary(fc.constantFrom('a', 'b', 'c'), date), {
  zod4: z.record(z.string(), z.date()),
  mini: m.record(m.string(), m.date()),
  zod3: z3.record(z3.date()),
})
shape('record with enum keys', fc.record({ a: integer, b: integer }), {
  zod4: z.record(z.enum(['a', 'b']), z.int()),
  mini: m.record(m.enum(['a', 'b']), m.int()),
  zod3: z3.record(z3.enum(['a', 'b']), z3.number().int()),
})
shape('partial record', fc.record({ a: integer, b: integer }, { requiredKeys: [] }), {
  zod4: z.partialRecord(z.enum(['a', 'b']), z.int()),
  mini: m.partialRecord(m.enum(['a', 'b']), m.int()),
})
shape('intersection', fc.record({ a: text, b: integer }), {
  zod4: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  mini: m.intersection(m.object({ a: m.string() }), m.object({ b: m.int() })),
  zod3: z3.intersection(z3.object({ a: z3.string() }), z3.object({ b: z3.number().int() })),
})
shape('intersection on one key', fc.record({ n: fc.integer({ min: 1, max: 9 }) }), {
  zod4: z.object({ n: z.int().min(1) }).and(z.object({ n: z.number().max(9) })),
  zod3: z3.object({ n: z3.number().int().min(1) }).and(z3.object({ n: z3.number().max(9) })),
})

// One of several
shape(
  'union of primitives',
  fc.oneof(integer, fc.boolean()),
  {
    zod4: z.union([z.int(), z.boolean()]),
    mini: m.union([m.int(), m.boolean()]),
    zod3: z3.union([z3.number().int(), z3.boolean()]),
  },
  { mixed: true },
)
shape(
  'union of strings',
  fc.oneof(fc.uuid(), fc.constant('latest')),
  {
    zod4: z.union([z.literal('latest'), z.guid()]),
    mini: m.union([m.literal('latest'), m.guid()]),
    zod3: z3.union([z3.literal('latest'), z3.string().uuid()]),
  },
  { exact: false },
)
shape('union of literals', fc.constantFrom('a', 'b', 'c'), {
  zod4: z.union([z.literal('a'), z.enum(['b', 'c'])]),
  mini: m.union([m.literal('a'), m.enum(['b', 'c'])]),
  zod3: z3.union([z3.literal('a'), z3.enum(['b', 'c'])]),
})
shape(
  'union with objects',
  fc.oneof(point, fc.array(integer, { maxLength: 3 })),
  {
    zod4: z.union([z.object({ x: z.int(), y: z.int() }), z.array(z.int())]),
    mini: m.union([m.object({ x: m.int(), y: m.int() }), m.array(m.int())]),
    zod3: z3.union([
      z3.object({ x: z3.number().int(), y: z3.number().int() }),
      z3.array(z3.number().int()),
    ]),
  },
  { mixed: true },
)
const circleOrSquare = fc.oneof(
  fc.record({ kind: fc.constant('circle'), radius: number }),
  fc.record({ kind: fc.constant('square'), side: number, made: date }),
)
shape('discriminated union', circleOrSquare, {
  zod4: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('circle'), radius: z.number() }),
    z.object({ kind: z.literal('square'), side: z.number(), made: z.date() }),
  ]),
  mini: m.discriminatedUnion('kind', [
    m.object({ kind: m.literal('circle'), radius: m.number() }),
    m.object({ kind: m.literal('square'), side: m.number(), made: m.date() }),
  ]),
  zod3: z3.discriminatedUnion('kind', [
    z3.object({ kind: z3.literal('circle'), radius: z3.number() }),
    z3.object({ kind: z3.literal('square'), side: z3.number(), made: z3.date() }),
  ]),
})
shape(
  'date or number',
  fc.oneof(date, integer),
  {
    zod4: z.union([z.date(), z.int()]),
    mini: m.union([m.date(), m.int()]),
    zod3: z3.union([z3.date(), z3.number().int()]),
  },
  { mixed: true },
)
// Text may be meant where anything is, so of JSON's values only lists and objects can be told from text.
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => typeof value === 'object' && value !== null)
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
shape('any', json, { zod4: z.any(), mini: m.any(), zod3: z3.any() }, { mixed: true })
shape(
  'unknown',
  json,
  { zod4: z.unknown(), mini: m.unknown(), zod3: z3.unknown() },
  { mixed: true },
)
shape('json', json, { zod4: z.json(), mini: m.json() }, { mixed: true })

// Itself again
interface Node {
  readonly label: string
  readonly children: readonly Node[]
}
const Node4: z.ZodType<Node> = z.object({
  label: z.string(),
  get children() {
    return z.array(Node4)
  },
})
const NodeMini: m.ZodMiniType<Node> = m.object({
  label: m.string(),
  get children() {
    return m.array(NodeMini)
  },
})
const Node3: z3.ZodType<Node> = z3.object({
  label: z3.string(),
  children: z3.lazy(() => Node3.array()),
})
const nodes = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    label: text,
    // An end in reach, or trees of any size would come.
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('node'), { maxLength: 2 })),
  }),
})).node
shape('recursive', nodes, { zod4: Node4, mini: NodeMini, zod3: Node3 }, { exact: false })
shape(
  'recursive at the top',
  nodes,
  { zod4: Node4, mini: NodeMini, zod3: Node3 },
  { top: true, exact: false },
)
shape(
  'recursive behind a name with a slash',
  fc.record({ 'in/out~1': nodes }),
  { zod4: z.object({ 'in/out~1': Node4 }), zod3: z3.object({ 'in/out~1': Node3 }) },
  { exact: false },
)
const Ping4: z.ZodType = z.object({
  get pong() {
    return Pong4.optional()
  },
})
const Pong4: z.ZodType = z.object({
  at: z.date(),
  get ping() {
    return Ping4.optional()
  },
})
const Ping3: z3.ZodTypeAny = z3.object({ pong: z3.lazy(() => Pong3.optional()) })
const Pong3: z3.ZodTypeAny = z3.object({ at: z3.date(), ping: z3.lazy(() => Ping3.optional()) })
shape(
  'mutually recursive',
  fc.record({ pong: fc.record({ at: date, ping: fc.record({ pong: fc.record({ at: date }) }) }) }),
  { zod4: Ping4, zod3: Ping3 },
  { exact: false },
)
shape('lazy', text, {
  zod4: z.lazy(() => z.string()),
  mini: m.lazy(() => m.string()),
  zod3: z3.lazy(() => z3.string()),
})

// More than JSON Schema says
shape('transform', text, {
  zod4: z.string().transform((value) => value.length),
  mini: m.pipe(
    m.string(),
    m.transform((value: string) => value.length),
  ),
  zod3: z3.string().transform((value) => value.length),
})
shape(
  'refine',
  fc.integer().map((value) => value * 2),
  {
    zod4: z.int().refine((value) => value % 2 === 0),
    mini: m.int().check(m.refine((value) => value % 2 === 0)),
    zod3: z3
      .number()
      .int()
      .refine((value) => value % 2 === 0),
  },
  { exact: false },
)
shape(
  'pipe',
  fc.integer({ min: 0, max: 99 }).map(String),
  {
    zod4: z.string().transform(Number).pipe(z.int().max(99)),
    zod3: z3.string().transform(Number).pipe(z3.number().max(99)),
  },
  { exact: false },
)
shape('preprocess', text, {
  zod4: z.preprocess(String, z.string()),
  zod3: z3.preprocess(String, z3.string()),
})
shape('coerce', number, {
  zod4: z.coerce.number(),
  mini: m.coerce.number(),
  zod3: z3.coerce.number(),
})
shape('coerced date', date, {
  zod4: z.coerce.date(),
  mini: m.coerce.date(),
  zod3: z3.coerce.date(),
})
shape('branded', text, {
  zod4: z.string().brand('City'),
  mini: m.string().brand('City'),
  zod3: z3.string().brand('City'),
})
shape('readonly', fc.array(integer), {
  zod4: z.array(z.int()).readonly(),
  mini: m.readonly(m.array(m.int())),
  zod3: z3.array(z3.number().int()).readonly(),
})
shape(
  'stringbool',
  fc.constantFrom('true', 'no', '1'),
  { zod4: z.stringbool(), mini: m.stringbool() },
  { exact: false },
)
shape(
  'codec',
  fc.constantFrom('5', '17'),
  { zod4: z.codec(z.string(), z.int(), { decode: Number, encode: String }) },
  { exact: false },
)
shape(
  'template literal',
  fc.nat().map((value) => `v${value}`),
  { zod4: z.templateLiteral(['v', z.int()]), mini: m.templateLiteral(['v', m.int()]) },
  { exact: false },
)

// Formats
const email = fc.constantFrom('ada@example.com', 'x.y+z@sub.example.org')
shape(
  'email',
  email,
  { zod4: z.email(), mini: m.email(), zod3: z3.string().email() },
  { exact: false },
)
shape(
  'url',
  fc.webUrl(),
  { zod4: z.url(), mini: m.url(), zod3: z3.string().url() },
  { exact: false },
)
shape(
  'uuid',
  fc.uuid({ version: 4 }),
  { zod4: z.uuid(), mini: m.uuid(), zod3: z3.string().uuid() },
  { exact: false },
)
shape(
  'iso date',
  date.map((value) => value.toISOString().slice(0, 10)),
  { zod4: z.iso.date(), mini: m.iso.date(), zod3: z3.string().date() },
)
shape(
  'iso datetime',
  date.map((value) => value.toISOString()),
  { zod4: z.iso.datetime(), mini: m.iso.datetime(), zod3: z3.string().datetime() },
)
shape(
  'iso time',
  date.map((value) => value.toISOString().slice(11, 19)),
  { zod4: z.iso.time(), mini: m.iso.time(), zod3: z3.string().time() },
  { exact: false },
)
shape(
  'iso duration',
  fc.constantFrom('P1D', 'PT15M'),
  { zod4: z.iso.duration(), mini: m.iso.duration(), zod3: z3.string().duration() },
  { exact: false },
)
shape('ipv4', fc.ipV4(), {
  zod4: z.ipv4(),
  mini: m.ipv4(),
  zod3: z3.string().ip({ version: 'v4' }),
})
shape(
  'base64',
  fc.base64String(),
  { zod4: z.base64(), mini: m.base64(), zod3: z3.string().base64() },
  { exact: false },
)
shape('pattern', fc.stringMatching(/^[a-z]{2}\d$/), {
  zod4: z.string().regex(/^[a-z]{2}\d$/),
  mini: m.string().check(m.regex(/^[a-z]{2}\d$/)),
  zod3: z3.string().regex(/^[a-z]{2}\d$/),
})
shape(
  'two patterns',
  fc.constantFrom('ab', 'a-b'),
  { zod4: z.string().regex(/^a/).regex(/b$/), zod3: z3.string().regex(/^a/).regex(/b$/) },
  { exact: false },
)

// Bounds
shape('bounded number', fc.double({ min: 1, max: 10, noNaN: true }), {
  zod4: z.number().min(1).max(10),
  mini: m.number().check(m.minimum(1), m.maximum(10)),
  zod3: z3.number().min(1).max(10),
})
shape('exclusive bounds', fc.integer({ min: 1, max: 9 }), {
  zod4: z.int().gt(0).lt(10),
  mini: m.int().check(m.gt(0), m.lt(10)),
  zod3: z3.number().int().gt(0).lt(10),
})
shape(
  'multiple',
  fc.integer({ min: -99, max: 99 }).map((value) => value * 5),
  {
    zod4: z.number().multipleOf(5),
    mini: m.number().check(m.multipleOf(5)),
    zod3: z3.number().multipleOf(5),
  },
  { exact: false },
)
shape('bounded string', fc.stringMatching(/^[a-z]{2,5}$/), {
  zod4: z.string().min(2).max(5),
  mini: m.string().check(m.minLength(2), m.maxLength(5)),
  zod3: z3.string().min(2).max(5),
})
shape('bounded array', fc.array(integer, { minLength: 1, maxLength: 3 }), {
  zod4: z.array(z.int()).min(1).max(3),
  mini: m.array(m.int()).check(m.minLength(1), m.maxLength(3)),
  zod3: z3.array(z3.number().int()).min(1).max(3),
})

// The top itself
shape(
  'empty object',
  fc.constant({}),
  { zod4: z.object({}), mini: m.object({}), zod3: z3.object({}) },
  { top: true },
)
shape(
  'record at the top',
  fc.dictionary(fc.constantFrom('a', 'b'), integer),
  {
    zod4: z.record(z.string(), z.int()),
    mini: m.record(m.string(), m.int()),
    zod3: z3.record(z3.number().int()),
  },
  { top: true },
)
shape(
  'intersection at the top',
  fc.record({ a: text, b: integer }),
  {
    zod4: z.object({ a: z.string() }).and(z.object({ b: z.int() })),
    mini: m.intersection(m.object({ a: m.string() }), m.object({ b: m.int() })),
    zod3: z3.object({ a: z3.string() }).and(z3.object({ b: z3.number().int() })),
  },
  { top: true },
)
shape(
  'union at the top',
  fc.oneof(fc.record({ city: text }), fc.record({ zip: integer })),
  {
    zod4: z.union([z.object({ city: z.string() }), z.object({ zip: z.int() })]),
    mini: m.union([m.object({ city: m.string() }), m.object({ zip: m.int() })]),
    zod3: z3.union([z3.object({ city: z3.string() }), z3.object({ zip: z3.number().int() })]),
  },
  { top: true },
)
shape(
  'discriminated union at the top',
  circleOrSquare,
  {
    zod4: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('circle'), radius: z.number() }),
      z.object({ kind: z.literal('square'), side: z.number(), made: z.date() }),
    ]),
    mini: m.discriminatedUnion('kind', [
      m.object({ kind: m.literal('circle'), radius: m.number() }),
      m.object({ kind: m.literal('square'), side: m.number(), made: m.date() }),
    ]),
    zod3: z3.discriminatedUnion('kind', [
      z3.object({ kind: z3.literal('circle'), radius: z3.number() }),
      z3.object({ kind: z3.literal('square'), side: z3.number(), made: z3.date() }),
    ]),
  },
  { top: true },
)
shape(
  'refined object at the top',
  fc.record({ a: text }),
  {
    zod4: z.object({ a: z.string() }).refine(() => true),
    mini: m.object({ a: m.string() }).check(m.refine(() => true)),
    zod3: z3.object({ a: z3.string() }).refine(() => true),
  },
  { top: true },
)

/** Every shape that the lowering is shown on. */
export const shapeCases: readonly ShapeCase[] = CASES
