import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { own } from '../../src/json.ts'
import { type OfferedTool, readReply } from '../../src/wire.ts'
import { casesFile } from './cases.ts'
import { gated, inPieces } from './gated.ts'
import { scene, writtenReplies } from './scenes.ts'

const RUNS = 2_500

interface Sample {
  readonly name: string
  readonly text: string
  readonly tools: readonly OfferedTool[]
}

/** Fails where something was let through that is not the beginning of what the whole reply says. */
function expectBeginning(
  text: string,
  shown: string,
  tools: readonly OfferedTool[],
  name: string,
): void {
  // Beside calls of its own, the text of a reply is text.
  const structured = { tool_calls: [{ name: 'other', arguments: {} }] }
  for (const beside of [{}, structured]) {
    const said = readReply({ response: text, ...beside }, { tools }).text
    expect(said.slice(0, shown.length), `${name}: ${JSON.stringify(text)}`).toBe(shown)
  }
}

/** Pushes a text in pieces; the reply may end after any of them. */
function expectSound(
  { name, text, tools }: Sample,
  lengths: readonly number[],
  cutAt: number,
): void {
  const pieces = [...inPieces(text, lengths)]
  const shown = gated(pieces, { tools })
  expectBeginning(text, shown.at(-1) ?? '', tools, name)
  const cut = Math.floor(cutAt * shown.length)
  expectBeginning(pieces.slice(0, cut).join(''), shown[cut] ?? '', tools, `${name}, cut`)
}

const sizes = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
)
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

test(
  'what is let through is the beginning of what is left of calls in any dialect',
  { timeout: 120_000 },
  () => {
    const dialects = new Set<string>()
    fc.assert(
      fc.property(scene, sizes, share, fc.nat(), (given, lengths, cutAt, choice) => {
        const replies = writtenReplies(given)
        const { dialect, start, reply } = replies[choice % replies.length] ?? {
          dialect: '',
          start: '',
          reply: '',
        }
        dialects.add(dialect)
        expectSound({ name: dialect, text: reply, tools: given.tools }, lengths, cutAt)
        // No character of the calls shows, nor anything behind them.
        const shown = gated(inPieces(reply, lengths), { tools: given.tools }).at(-1) ?? ''
        expect(start.startsWith(shown), `${dialect}: ${JSON.stringify(reply)}`).toBe(true)
      }),
      { numRuns: RUNS },
    )
    expect(dialects.size).toBeGreaterThan(25)
  },
)

const fragment = fc.constantFrom(
  '<think>',
  '</think>',
  '```',
  '```python\n',
  '\n',
  '# c\n',
  '[1]',
  '{x}',
  '{"a": 1}',
  '<b>',
  '**',
  '- ',
  '1. ',
  'Action: ',
  'Answer: ',
  'Tool call: ',
  '<|eot_id|>',
  '</s>',
  '<tool_call>',
  '[TOOL_CALLS]',
  '\\_',
  '(',
  ')',
  'and',
  'to=',
  'recipient: ',
  'functools',
  'assistant\n',
  '*',
  'x = 1\n',
  '[f(',
  '["',
  '<|im_start|>assistant\n',
  '<|channel|>commentary ',
  '>>>',
  '<|',
  '<',
  'Here is an example: ',
  'It said ',
  '["abc", ',
  '{"name": ',
  '{"foo": ',
  '} ',
  '] ',
  '"',
  "'",
)

test('whatever else stands in the reply', { timeout: 120_000 }, () => {
  const noise = fc.array(fc.tuple(fragment, share), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(scene, noise, sizes, share, fc.nat(), (given, added, lengths, cutAt, choice) => {
      const replies = writtenReplies(given)
      const { dialect = '', reply = '' } = replies[choice % replies.length] ?? {}
      const text = added.reduce((whole, [part, place]) => {
        const at = Math.floor(place * whole.length)
        return whole.slice(0, at) + part + whole.slice(at)
      }, reply)
      expectSound({ name: dialect, text, tools: given.tools }, lengths, cutAt)
    }),
    { numRuns: RUNS },
  )
})

const FIXTURES = join(import.meta.dirname, 'fixtures')

/** The texts of the fixtures, and of the recorded replies where they are here. */
function* samples(): Generator<Sample> {
  for (const family of readdirSync(FIXTURES)) {
    for (const file of readdirSync(join(FIXTURES, family))) {
      const { reply, replies, tools } = JSON.parse(
        readFileSync(join(FIXTURES, family, file), 'utf8'),
      ) as Recorded & { readonly replies?: Readonly<Record<string, string>> } // our own file, of this form
      for (const [name, response] of Object.entries(
        replies ?? { [file]: own(reply, 'response') },
      )) {
        if (typeof response === 'string') yield { name: `${family} ${name}`, text: response, tools }
      }
    }
  }
  const file = casesFile()
  for (const line of file === undefined ? [] : readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const { id, reply, tools } = JSON.parse(line) as Recorded & { readonly id: string } // the format its README gives
    const response = own(reply, 'response')
    if (typeof response === 'string') yield { name: id, text: response, tools }
  }
}

interface Recorded {
  readonly reply?: unknown
  readonly tools: readonly OfferedTool[]
}

test(
  'recorded replies, split at every character and elsewhere, and cut',
  { timeout: 60_000 },
  () => {
    let count = 0
    for (const sample of samples()) {
      count++
      expectSound(sample, [1], 0.6)
      expectSound(sample, [4, 1, 7, 3], 0.9)
    }
    expect(count).toBeGreaterThan(300)
  },
)
