import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OfferedTool } from '../../src/wire/leaked-call.ts'
import { readReply } from '../../src/wire.ts'
import { gated, inPieces } from './gated.ts'

const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tools: readonly OfferedTool[] = [{ name: 'get_weather', parameters }]
const options = { tools }
const lastOf = (shown: readonly string[]): string => shown.at(-1) ?? ''
const CALL = '{"name": "get_weather", "parameters": {"city": "Bern"}}'

describe('what is no call is let through before the reply ends', () => {
  test.each([
    ['plain prose', 'The quick brown fox jumps over the lazy dog.'],
    ['prose with a footnote', 'It rains [1], as it did [2] before.'],
    ['a link', 'See [the page](https://example.org/a_b) for more.'],
    ['a list', 'Two things:\n\n- one\n- two\n\n1. first\n2. second thing'],
    ['emphasis', 'It is **very** _cold_ and `x` is *old*, she said.'],
    ['HTML', 'Write <b>bold</b> and <a href="x">link</a>, then stop.'],
    ['a program', 'Run this:\n```js\nconst x = { a: [1, 2] }\nf(x)\n```\nThat is all.'],
    ['a tool in a sentence', 'The get_weather tool knows the weather of a city.'],
    ['a call within a sentence', 'You can get it by get_weather(city="Bern") if you like it.'],
    ['an example', `Here is an example:\n${CALL}\nThat is how it looks.`],
    ['braces in prose', 'Write {name} where the name goes, or {0} for none.'],
    ['an answer in JSON', '{"title": "A", "tags": ["b", {"c": 1}], "done": "yes, it is'],
    ['a table', '| a | b |\n|---|---|\n| 1 | 2 |\nThat is it.'],
    ['a comparison', 'If a < b and c > d, then a + c * 2 is less.'],
    ['a thought', '<think>I could use get_weather(city="Bern"), or [f(1)].</think>It is cold.'],
    ['LaTeX', String.raw`Then \(x_1\) is \[y = {z}\] as said.`],
  ])('%s', (_, text) => {
    // A word behind it, so that nothing stands at the end that could belong to a call.
    for (const size of [1, 3, text.length]) {
      expect(lastOf(gated(inPieces(`${text} So`, [size, 1, 4]), options))).toBe(`${text} So`)
    }
  })

  test('a word of prose is let through with its piece, white space with the next', () => {
    expect(
      gated(['It', ' is', ' cold', ' ', 'today', '.', '\n\n', 'And', ' dry'], options),
    ).toEqual([
      '',
      'It',
      'It is',
      'It is cold',
      'It is cold',
      'It is cold today',
      'It is cold today.',
      'It is cold today.',
      'It is cold today.\n\nAnd',
      'It is cold today.\n\nAnd dry',
    ])
  })

  test('what looks like the beginning of a call is let through once it is none', () => {
    expect(gated(['See [', '1', ']', ' for', ' get', '_we', ' and'], options)).toEqual([
      '',
      'See',
      'See',
      'See [1',
      'See [1] for',
      'See [1] for',
      'See [1] for',
      'See [1] for get_we and',
    ])
  })

  test('at least three quarters of the texts that speak of calls', () => {
    const folder = join(import.meta.dirname, 'fixtures/not-calls')
    let shown = 0
    let said = 0
    for (const file of readdirSync(folder)) {
      const corpus = JSON.parse(readFileSync(join(folder, file), 'utf8')) as NotCalls // our own file, of this form
      for (const response of Object.values(corpus.replies)) {
        shown += lastOf(gated(response, corpus)).length
        said += readReply({ response }, corpus).text.length
      }
    }
    expect(shown / said).toBeGreaterThan(0.75)
  })
})

interface NotCalls {
  readonly tools: readonly OfferedTool[]
  readonly replies: { readonly [name: string]: string }
}

describe('a call and what would go with it is held back', () => {
  test.each([
    ['after a sentence', "I'll check.\n\n", CALL],
    ['in a fence', "I'll check.", `\n\`\`\`json\n${CALL}\n\`\`\``],
    ['in tags', "I'll check.", `<tool_call>\n${CALL}\n</tool_call>`],
    ['in Python', 'I need the weather first:', '\n[get_weather(city="Bern")]'],
    [
      'behind a label',
      'I need the weather.',
      '\nAction: get_weather\nAction Input: {"city": "Bern"}',
    ],
    ['with escaped underscores', 'Let me check.', '\n[get\\_weather(city="Bern")]'],
    ['behind a tag in a fence', '', `\`\`\`python\n<a href="x">[${CALL}]`],
    [
      'behind a token and a label',
      'Let me check:',
      '<|python_tag|>to=get_weather.call(city="Bern")',
    ],
    ['behind a token with an underscore', 'Let me check:', `<_tag|>${CALL}`],
    [
      'behind a comment',
      'Let me check:',
      '\n```python\n# the weather\nget_weather(city="Bern")\n```',
    ],
  ])('%s', (_, lead, call) => {
    const shown = lastOf(gated(`${lead}${call}`, options))
    expect(shown).toBe(lead.trim())
    expect(readReply({ response: lead + call }, options)).toMatchObject({
      text: lead.trim(),
      toolCalls: [{ toolName: 'get_weather' }],
    })
  })

  test('and nothing behind it is let through', () => {
    expect(lastOf(gated(`Let me check.\n${CALL}\nThen I will answer.`, options))).toBe(
      'Let me check.',
    )
  })

  test('but for a thought before it, which stays', () => {
    const [thought, response] = ['<think>So I call.', `<think>So I call.</think>\n${CALL}`]
    expect(lastOf(gated(response, options))).toBe(thought)
    expect(readReply({ response }, options).text).toBe(`${thought}</think>`)
  })

  test('special tokens never show at the beginning, nor where they may be at the end', () => {
    const text = '<|start_header_id|>assistant<|end_header_id|>\n\nIt is cold.<|eot_id|>'
    expect(lastOf(gated(text, options))).toBe('It is cold.')
  })
})

test('without tools, or where nothing is recovered, everything is let through as it comes', () => {
  for (const given of [{ tools: [] }, { tools, recover: false }]) {
    const pieces = ['  ', CALL, '<|eot_id|>', ' ']
    expect(lastOf(gated(pieces, given))).toBe(pieces.join(''))
    expect(readReply({ response: pieces.join('') }, given).text).toBe(pieces.join(''))
  }
})

test('a tool whose name is no word lets nothing through, since any word may be part of it', () => {
  expect(lastOf(gated('It is cold.', { tools: [{ name: 'get weather', parameters }] }))).toBe('')
})
