import fc from 'fast-check'
import { expect, test } from 'vitest'
import { validateJson } from '../../src/json-schema-validate.ts'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { JsonValue } from '../../src/message.ts'
import { repairInput } from '../../src/tool/coerce.ts'
import { type OfferedTool, type Recovered, recoverCalls } from '../../src/wire/leaked-call.ts'
import { type Written, dialects } from './dialects.ts'

const RUNS = 10_000

const syllables = ['get', 'find', 'book', 'weather', 'rate', 'user', 'list', 'v2', 'night', 'Zone']
const toolName = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...syllables), { minLength: 2, maxLength: 3 }),
    fc.constantFrom('_', '_', '.'),
  )
  .map(([words, joint]) => words.join(joint))
// Some of these are words of the dialects themselves.
const parameterName = fc.constantFrom(
  'city',
  'name',
  'input',
  'type',
  'id',
  'query',
  'from_date',
  'X',
  'arguments',
)

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    '',
    'a "b" c',
    "it's",
    'f(x)',
    ']})',
    'line\nline',
    'C:\\dir',
    '12',
    'true',
    '[1',
    '}, {',
    ';',
    '```',
    '</s>',
  ),
)
const number = fc.oneof(
  fc.integer(),
  // Without an exponent: written as text, in a tag, `5e-324` stays text.
  fc.integer({ min: -1e8, max: 1e8 }).map((cents) => cents / 100),
)
const typed: fc.Arbitrary<readonly [JsonSchema, fc.Arbitrary<JsonValue>]> = fc.constantFrom<
  readonly [JsonSchema, fc.Arbitrary<JsonValue>]
>(
  [{ type: 'string' }, text],
  [{ type: 'string' }, text],
  [{ type: 'number' }, number],
  [{ type: 'integer' }, fc.integer()],
  [{ type: 'boolean' }, fc.boolean()],
  [{ type: 'array', items: { type: 'string' } }, fc.array(text, { maxLength: 3 })],
  [
    {
      type: 'object',
      properties: { low: { type: 'number' }, label: { type: 'string' } },
      required: ['low'],
    },
    fc.record({ low: number, label: text }, { requiredKeys: ['low'] }),
  ],
)

interface Offer {
  readonly tool: OfferedTool
  readonly input: fc.Arbitrary<Written['input']>
}

const offer: fc.Arbitrary<Offer> = fc
  .tuple(
    toolName,
    fc.uniqueArray(parameterName, { maxLength: 3 }),
    fc.array(typed, { minLength: 3, maxLength: 3 }),
  )
  .map(([name, parameters, types]) => {
    const columns = parameters.flatMap((parameter, index) => {
      const type = types[index]
      return type === undefined ? [] : [[parameter, ...type] as const]
    })
    return {
      tool: {
        name,
        parameters: {
          type: 'object',
          properties: Object.fromEntries(columns.map(([parameter, schema]) => [parameter, schema])),
          required: parameters,
        },
      },
      input: fc.record(
        Object.fromEntries(columns.map(([parameter, , value]) => [parameter, value])),
      ),
    }
  })

const word = fc.constantFrom(
  'the',
  'weather',
  'Madrid',
  'today',
  'two',
  'prices',
  'of',
  'é',
  '日本',
  'list',
  '5',
  '(maybe)',
  'in',
  'a',
  '"Gran Vía"',
)
// Who says what they do may end with a full stop; who announces ends with a colon.
const words = fc.array(word, { minLength: 1, maxLength: 5 })
const before = fc
  .oneof(
    fc.tuple(
      fc.constantFrom(
        "I'll look at",
        'Let me check',
        'To answer, I am fetching',
        'Sure, I will ask for',
      ),
      words,
      fc.constantFrom('.', '.\n\n', ':', ':\n', ' now:\n'),
    ),
    fc.tuple(
      fc.constantFrom('Here is', 'The function call for'),
      words,
      fc.constantFrom(':', ':\n\n'),
    ),
  )
  .map(([start, said, end]) => `${start} ${said.join(' ')}${end}`)
const after = fc
  .tuple(words, fc.constantFrom('.', '!', ''))
  .map(([said, end]) => `\nThis covers ${said.join(' ')}${end}`)

const scene = fc
  .uniqueArray(offer, { minLength: 1, maxLength: 3, selector: ({ tool }) => tool.name })
  .chain((offers) =>
    fc.record({
      tools: fc.constant(offers.map(({ tool }) => tool)),
      calls: fc.array(
        fc
          .constantFrom(...offers)
          .chain(({ tool, input }) =>
            input.map((value) => ({ toolName: tool.name, input: value })),
          ),
        { minLength: 1, maxLength: 3 },
      ),
      before: fc.option(before, { nil: '' }),
      after: fc.option(after, { nil: '' }),
      cutAt: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    }),
  )

const repaired = (tools: readonly OfferedTool[], name: string, input: JsonValue): JsonValue => {
  const parameters = tools.find((tool) => tool.name === name)?.parameters ?? {}
  return repairInput(input, parameters, { toolName: name }).input
}
const accept = (tool: OfferedTool, input: JsonValue): boolean =>
  validateJson(tool.parameters, repairInput(input, tool.parameters, { toolName: tool.name }).input)
    .length === 0

const callsOf = (tools: readonly OfferedTool[], found: Recovered): Written[] =>
  // What is accepted fits an object schema.
  found.calls.map(
    (call) =>
      ({ toolName: call.toolName, input: repaired(tools, call.toolName, call.input) }) as Written,
  )

const squeeze = (prose: string): string => prose.replace(/\s+/g, '')

test(
  'calls in any dialect, with prose around, are exactly those calls, and when cut the first of them',
  { timeout: 120_000 },
  () => {
    const written = new Map<string, number>()
    fc.assert(
      fc.property(scene, ({ tools, calls, before: lead, after: tail, cutAt }) => {
        for (const [name, { render, place, canRender }] of Object.entries(dialects)) {
          if (canRender !== undefined && !canRender(calls)) continue
          const start = place === 'alone' ? '' : place === 'own-line' ? `${lead}\n` : lead
          const end = place === 'alone' ? '' : tail
          const reply = start + render(calls) + end
          const found = recoverCalls(reply, tools, accept)
          const context = `${name}: ${JSON.stringify(reply)}`
          expect(callsOf(tools, found), context).toEqual(calls)
          expect(squeeze(found.text), context).toBe(squeeze(start + end))
          const cut = reply.slice(0, Math.floor(cutAt * reply.length))
          const begun = callsOf(tools, recoverCalls(cut, tools, accept))
          expect(begun, `${name}, cut: ${JSON.stringify(cut)}`).toEqual(
            calls.slice(0, begun.length),
          )
          written.set(name, (written.get(name) ?? 0) + 1)
        }
      }),
      { numRuns: RUNS },
    )
    for (const name of Object.keys(dialects)) {
      expect(written.get(name), name).toBeGreaterThan(RUNS / 5)
    }
  },
)
