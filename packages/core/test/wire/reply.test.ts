import { readdirSync, readFileSync } from 'node:fs'
import { allCalls, readReply } from '@drover/core/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

interface Fixture {
  readonly note: string
  readonly body: unknown
  readonly expected: Record<string, unknown>
}

const tools = ['get_weather', 'now', 'a', 'b'].map((name) => ({
  name,
  description: `The tool ${name}`,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}))
const folder = new URL('reply-fixtures/', import.meta.url)
const families = readdirSync(folder)
const fixtures = families.flatMap((family) =>
  readdirSync(new URL(`${family}/`, folder)).map((name): [string, Fixture] => [
    `${family}/${name.replace('.json', '')}`,
    JSON.parse(readFileSync(new URL(`${family}/${name}`, folder), 'utf8')),
  ]),
)

describe('a reply is read from its shape alone', () => {
  test.each(fixtures)('%s', (_name, { body, expected }) => {
    expect(readReply(body, { tools, maxTokens: 256 })).toMatchObject(expected)
  })

  test('and never throws, whatever JSON comes', () => {
    const keys = fc.constantFrom(
      'response',
      'tool_calls',
      'choices',
      'message',
      'content',
      'function',
      'name',
      'arguments',
      'usage',
      'result',
      'success',
      'errors',
      'finish_reason',
      '__proto__',
    )
    // A tool that is called what half of the noise is called.
    const noise = [{ name: 'name', parameters: { type: 'object' } }]
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.jsonValue(),
        fc.array(tie('body'), { maxLength: 3 }),
        fc.dictionary(keys, tie('body'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(body, (given) => {
        const reply = readReply(given, { tools: noise })
        expect(typeof reply.text).toBe('string')
        for (const { toolName, input } of allCalls(reply)) {
          expect(toolName).not.toBe('')
          expect(Object(input)).toBe(input)
          expect(Array.isArray(input)).toBe(false)
        }
        expect(JSON.parse(JSON.stringify(reply))).toEqual(reply)
      }),
      { numRuns: 10_000 },
    )
  })
})

test('the charge in the response header wins over the one in the reply', () => {
  const body = { response: 'Hi.', usage: { neurons: 1 } }
  expect(readReply(body, { chargedNeurons: '1.98' }).usage.neurons).toBe(1.98)
  expect(readReply(body, { chargedNeurons: 'n/a' }).usage.neurons).toBe(1)
})

test('a reply that used up its tokens was cut, even where the server says it asked for tools', () => {
  const body = {
    choices: [
      {
        message: { content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { completion_tokens: 256 },
  }
  expect(readReply(body, { maxTokens: 256 }).finishReason).toBe('length')
  expect(readReply(body, { maxTokens: 1024 }).finishReason).toBe('tool-calls')
})
