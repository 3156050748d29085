import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject, ModelMessage, ModelReply, OfferedTool } from '../../src/index.ts'
import { rehearsal } from '../../src/index.ts'
import { rehearse } from './rehearse.ts'

const ajv = new Ajv({ strict: false, ownProperties: true })
formats.default(ajv)
// zod's times carry no zone, RFC 3339's must: either is a time here.
ajv.addFormat('time', /^\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/i)

const bounds = (low: string, high: string, max: number): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(fc.boolean(), fc.boolean(), fc.nat(max), fc.nat(max))
    .map(([hasLow, hasHigh, first, second]) => ({
      ...(hasLow ? { [low]: Math.min(first, second) } : {}),
      ...(hasHigh ? { [high]: Math.max(first, second) } : {}),
    }))

// Not `__proto__`: Ajv itself does not see it. The next property has any name at all.
const names = [
  'city',
  'path',
  'query',
  'orderId',
  'amount',
  'tags',
  'date',
  'limit',
  'x',
  'isOpen',
  'toString',
]
const name = fc.oneof(fc.constantFrom(...names), fc.stringMatching(/^[a-z]{1,8}$/))

const scalar: fc.Arbitrary<JsonObject> = fc.oneof(
  bounds('minLength', 'maxLength', 20).map((limits) => ({ type: 'string', ...limits })),
  fc
    .constantFrom(
      'date',
      'date-time',
      'time',
      'email',
      'uri',
      'uuid',
      'ipv4',
      'ipv6',
      'hostname',
      'duration',
    )
    .map((format) => ({ type: 'string', format })),
  fc
    .constantFrom('^[a-z]+$', '^\\d{3}$', '^ORD-\\d+$', '^(a+)+$', '[', 'x')
    .filter((pattern) => pattern !== '[')
    .map((pattern) => ({ type: 'string', pattern })),
  fc
    .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((members) => ({ enum: members })),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()).map((value) => ({ const: value })),
  fc.constant({ type: 'boolean' }),
  fc.constant({ type: ['string', 'null'] }),
  fc.constant({ type: 'string', nullable: true }),
  bounds('minimum', 'maximum', 1000).map((limits) => ({ type: 'integer', ...limits })),
  bounds('exclusiveMinimum', 'exclusiveMaximum', 50).map((limits) => ({
    type: 'number',
    ...limits,
  })),
  fc
    .integer({ min: 1, max: 50 })
    .map((multipleOf) => ({ type: 'integer', multipleOf, minimum: 7 })),
)

const { schema } = fc.letrec<{ schema: JsonObject; object: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc
      .tuple(tie('schema'), bounds('minItems', 'maxItems', 4), fc.boolean())
      .map(([items, limits, uniqueItems]) => ({
        type: 'array',
        items,
        uniqueItems,
        ...limits,
      })),
    tie('object'),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((oneOf) => ({ oneOf })),
    tie('schema').map((not) => ({ not })),
    tie('schema').map((additionalProperties) => ({ type: 'object', additionalProperties })),
  ),
  object: fc
    .array(fc.tuple(name, tie('schema'), fc.boolean(), fc.boolean()), { maxLength: 5 })
    .map((properties) => toObjectSchema(properties)),
}))

const parameters: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(name, schema, fc.boolean(), fc.boolean()), { maxLength: 5 })
  .map((properties) => toObjectSchema(properties))

function toObjectSchema(
  properties: readonly (readonly [string, JsonObject, boolean, boolean])[],
): JsonObject {
  const required = properties.filter(([, , isRequired]) => isRequired).map(([key]) => key)
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([key, value]) => [key, value])),
    required: [...new Set(required)],
    ...(properties.some(([, , , closed]) => closed) ? { additionalProperties: false } : {}),
  }
}

const tool: fc.Arbitrary<OfferedTool> = fc.record({
  name: fc.constantFrom(
    'get_weather',
    'read_file',
    'list_files',
    'refund_order',
    'calculate',
    'save_contact',
    'searchDocs',
    'x',
  ),
  description: fc.oneof(
    fc.constantFrom('Current weather in a city', 'Read a file', 'Search the documentation', ''),
    fc.string(),
  ),
  parameters,
})

const tools = fc.uniqueArray(tool, { maxLength: 5, selector: ({ name: key }) => key })

const words =
  'weather in Paris and Rome 17% of 2,340 refund order 1042 read "a b" docs/a.md list all files which has the most lines tomorrow at 5pm save contact Ana <a@b.co> search https://x.y/z `code` how many not -3 3.5 calculate'.split(
    ' ',
  )

const question = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((picked) => picked.join(' ')),
  fc
    .tuple(
      fc.constantFrom(
        'weather',
        'read file',
        'list files',
        'refund order',
        'calculate',
        'save contact',
        'search docs for',
      ),
      fc.string({ unit: 'binary' }),
    )
    .map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

const result = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom(
    'Error: no such thing. Did you mean "b"?',
    'a.md 3 lines\nb.md 4 lines',
    '{"id":7,"total":1.5}',
  ),
)

test('with any tools and any question it makes valid calls, and answers within 8 replies', async () => {
  await fc.assert(
    fc.asyncProperty(tools, question, result, async (offered, asked, answer) => {
      const { calls, text, replies } = await rehearse(
        asked,
        offered.map((each) => ({ ...each, run: () => answer })),
      )
      expect(replies).toBeLessThanOrEqual(8)
      expect(text).not.toBe('')
      const seen = calls.map(({ toolName, input }) => JSON.stringify([toolName, input]))
      expect(new Set(seen).size).toBe(seen.length)
      for (const { toolName, input } of calls) {
        const called = offered.find(({ name: key }) => key === toolName)
        expect(called).toBeDefined()
        expect(
          ajv.validate(called?.parameters ?? false, input),
          `${toolName} ${JSON.stringify(input)}`,
        ).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('any schema and any conversation at all gives a reply, and the same one again', () => {
  const anyTool = fc.record({
    name: fc.string({ minLength: 1 }),
    description: fc.string(),
    parameters: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  const anyMessage = fc.record({
    role: fc.constantFrom('user', 'assistant', 'tool', 'system', 'other'),
    content: fc.oneof(question, result),
    toolCalls: fc.constant([]),
  })
  const model = rehearsal({
    runtime: {
      now: () => 0,
      random: () => 0,
      setTimer: () => () => undefined,
      createId: () => 'id',
      fetch: () => Promise.reject(new Error('no network')),
    },
  })
  fc.assert(
    fc.property(
      fc.array(anyTool, { maxLength: 4 }),
      fc.array(anyMessage, { maxLength: 8 }),
      (offered, messages) => {
        // JSON values of `fast-check` are what the wire carries.
        const request = {
          model: 'm',
          inputs: {},
          tools: offered as OfferedTool[],
          messages: messages as ModelMessage[],
        }
        const reply = model.reply(request) as ModelReply
        expect('text' in reply || 'toolCalls' in reply).toBe(true)
        expect(model.reply(request)).toEqual(reply)
      },
    ),
    { numRuns: 500 },
  )
})

test('long texts are read in linear time', async () => {
  const long = [
    'a'.repeat(100_000),
    '1,'.repeat(50_000),
    'A '.repeat(50_000),
    '"'.repeat(100_000),
    '/'.repeat(100_000),
    'find '.repeat(20_000),
    '(1+'.repeat(30_000),
    'x@'.repeat(50_000),
    ' - '.repeat(30_000),
  ]
  const anyQuery = {
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  }
  for (const text of long) {
    const search = {
      name: 'search_files',
      description: 'Search files',
      parameters: anyQuery,
      run: () => text,
    }
    const { replies } = await rehearse(`search files ${text}`, [search])
    expect(replies).toBeLessThanOrEqual(8)
  }
}, 5000)
