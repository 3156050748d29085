import fc from 'fast-check'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { JsonValue } from '../../src/message.ts'
import type { OfferedTool } from '../../src/wire/leaked-call.ts'
import { type Written, dialects } from './dialects.ts'

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

/** Tools, calls of some of them, and what is said before and behind; a dialect writes the calls. */
export const scene: fc.Arbitrary<Scene> = fc
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

/** A reply with calls in it, before a dialect writes them down. */
export interface Scene {
  readonly tools: readonly OfferedTool[]
  readonly calls: readonly Written[]
  readonly before: string
  readonly after: string
  /** Where the reply is cut, as a share of its length. */
  readonly cutAt: number
}

/** The replies that a scene makes, by dialect; those left out that a dialect cannot write. */
export function writtenReplies({
  calls,
  before: lead,
  after: tail,
}: Scene): readonly WrittenReply[] {
  return Object.entries(dialects).flatMap(([dialect, { render, place, canRender }]) => {
    if (canRender !== undefined && !canRender(calls)) return []
    const start = place === 'alone' ? '' : place === 'own-line' ? `${lead}\n` : lead
    const end = place === 'alone' ? '' : tail
    return [{ dialect, start, reply: start + render(calls) + end, end }]
  })
}

/** A reply in one dialect, with what is said before and behind its calls. */
export interface WrittenReply {
  readonly dialect: string
  readonly start: string
  readonly reply: string
  readonly end: string
}
