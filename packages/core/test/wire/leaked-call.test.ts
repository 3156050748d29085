import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/message.ts'
import { type OfferedTool, type Recovered, recoverCalls } from '../../src/wire/leaked-call.ts'
import { readReply } from '../../src/wire.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const NOT_CALLS = 'not-calls'

interface Fixture {
  readonly reply: JsonValue
  readonly tools: readonly OfferedTool[]
  readonly expected: { readonly calls?: readonly JsonValue[]; readonly none?: true }
  /** What is left for the user. */
  readonly text?: string
  readonly cut?: boolean
}

interface NotCalls {
  readonly tools: readonly OfferedTool[]
  readonly replies: { readonly [name: string]: string }
}

const read = (...path: string[]): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, ...path), 'utf8'))

describe.each(readdirSync(FIXTURES).filter((family) => family !== NOT_CALLS))('%s', (family) => {
  test.each(readdirSync(join(FIXTURES, family)))('%s', (name) => {
    const fixture = read(family, name) as Fixture // our own file, of this form
    const reply = readReply(fixture.reply, { tools: fixture.tools })
    const calls = reply.toolCalls.map((call) => ({ name: call.toolName, arguments: call.input }))
    expect(calls).toEqual(fixture.expected.calls ?? [])
    expect(reply.isCallCut).toBe(fixture.cut ?? false)
    expect(reply.text).toBe(fixture.text ?? reply.text)
  })
})

describe('text that is no call is never dispatched', () => {
  const files = readdirSync(join(FIXTURES, NOT_CALLS)).map(
    (file) => [file, read(NOT_CALLS, file) as NotCalls] as const, // our own file, of this form
  )

  test('there are at least 200 such texts', () => {
    const count = files.reduce((sum, [, { replies }]) => sum + Object.keys(replies).length, 0)
    expect(count).toBeGreaterThanOrEqual(200)
  })

  test.each(files)('%s', (_, { tools, replies }) => {
    const dispatched = Object.entries(replies).flatMap(([name, response]) => {
      const { toolCalls } = readReply({ response }, { tools })
      return toolCalls.length > 0 ? [[name, toolCalls]] : []
    })
    expect(dispatched).toEqual([])
  })
})

const weather: OfferedTool = {
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const clock: OfferedTool = { name: 'get_time', parameters: { type: 'object', properties: {} } }
const recover = (text: string, accept = true): Recovered =>
  recoverCalls(text, [weather, clock], () => accept)

const CALL = '{"name": "get_weather", "parameters": {"city": "Bern"}}'

test.each([
  `I'll check that for you.\n\n${CALL}`,
  `Sure! ${CALL}`,
  `To answer this, I need the current weather. ${CALL}`,
  `I will first look up the weather. ${CALL} Then I will compare.`,
  `The user wants the weather.\n\n${CALL}`,
  `Let me call the get_weather function:\n\n${CALL}`,
  `Let me use ${CALL} to find out.`,
  'Calling get_weather now:\n[get_weather(city="Bern")]',
  'Okay, checking the weather.\n[get_weather(city="Bern")]',
  'I need to find out first.\n\nget_weather(city="Bern")',
  `Based on your question, here is the call:\n${CALL}\nI'll report back.`,
  `One moment please... ${CALL}`,
  `I don't have live data, so I'll use the tool:\n${CALL}`,
  `I don't know that, but I can look it up.\n${CALL}`,
  `${CALL}\n\nI have requested the weather and will answer shortly.`,
  `Voy a consultar el clima.\n${CALL}`,
  `Ich schaue nach dem Wetter.\n${CALL}`,
  `**Tool call:**\n${CALL}`,
  'Function call: get_weather(city="Bern")',
])('a model that says what it does is calling: %j', (text) => {
  expect(recover(text).calls).toMatchObject([{ toolName: 'get_weather', input: { city: 'Bern' } }])
})

test.each([
  'Here is an example:',
  'Here is what you could call:',
  'Sure, someone must run this:',
  'The function call developers need to send:',
  'Here is the call I had run:',
  'Here is what the author wrote:',
  'The tool call was rejected:',
  'Once you agree, I will call:',
  "I won't use this tool call:",
  'To do it, enter this function call:',
  'Here is how we call it:',
  'Here is the updated file:',
  'Here is the output of the tool:',
  'Here are the available functions:',
])('a model that speaks of a call is not calling: %s', (lead) => {
  expect(recover(`${lead}\n${CALL}`)).toEqual({
    text: `${lead}\n${CALL}`,
    calls: [],
    rejected: [],
  })
})

test('names of arguments may stand in quotes', () => {
  for (const quote of ['"', "'", '']) {
    const found = recover(`[get_weather(${quote}city${quote}="Bern")]`)
    expect(found.calls).toMatchObject([{ input: { city: 'Bern' } }])
  }
})

test('the caller decides whether an input is accepted', () => {
  const text = '{"name": "get_weather", "arguments": {"city": 7}}'
  expect(recover(text).calls).toEqual([
    { toolName: 'get_weather', input: { city: 7 }, dialect: 'json' },
  ])
  expect(recover(text, false)).toEqual({
    text: '',
    calls: [],
    rejected: [{ toolName: 'get_weather', input: { city: 7 }, why: 'input' }],
  })
})

test('an object that may be an answer stays text when its input is not accepted', () => {
  const text = '{"name": "get_weather", "city": 7}'
  expect(recover(text, false)).toEqual({ text, calls: [], rejected: [] })
})

test('the acceptance is asked for offered tools only', () => {
  const asked: string[] = []
  recoverCalls('[get_weather(city="a"), fly(to="b"), get_time()]', [weather, clock], ({ name }) => {
    asked.push(name)
    return true
  })
  expect(asked).toEqual(['get_weather', 'get_time'])
})

test.each([
  ['[get_weather(city=home)]', { city: 'home' }, 'code'],
  ['[get_weather(city="a" + "b")]', { city: '"a" + "b"' }, 'code'],
  ['[get_weather(city=get_time())]', { city: 'get_time()' }, 'depends'],
])('an argument that is no value is told, not computed: %s', (text, input, why) => {
  expect(recover(text)).toEqual({
    text: '',
    calls: [],
    rejected: [{ toolName: 'get_weather', input, why }],
  })
})

test('a call of an unknown tool is told where a tag says that it is a call', () => {
  const text = '<tool_call>{"name": "fly", "arguments": {"to": "Oslo"}}</tool_call>'
  expect(recover(text).rejected).toEqual([
    { toolName: 'fly', input: { to: 'Oslo' }, why: 'unknown' },
  ])
  expect(recover('{"name": "fly", "arguments": {"to": "Oslo"}}').rejected).toEqual([])
})

test('prose is kept in order, without what stood around the calls', () => {
  const text = [
    'Here is the first call:',
    '```json',
    '{"name": "get_weather", "arguments": {"city": "Bern"}}',
    '```',
    'Then the time.',
    '<tool_call>{"name": "get_time", "arguments": {}}</tool_call>',
    'That is all.<|im_end|>',
  ].join('\n')
  const found = recover(text)
  expect(found.calls.map(({ toolName }) => toolName)).toEqual(['get_weather', 'get_time'])
  expect(found.text).toBe('Here is the first call:\n\nThen the time.\n\nThat is all.')
})

test('a text without calls is left as it is but for the tokens at its ends', () => {
  const text = 'Llama ends a turn with <|eot_id|>, and {braces} stay. ```js\nf()\n```'
  expect(recover(`<|start_header_id|>assistant<|end_header_id|>\n\n${text}<|eot_id|>`).text).toBe(
    text,
  )
})

test('a cut call names its tool once the name was whole', () => {
  expect(recover('{"name": "get_weather", "arguments": {"ci').cut).toEqual({
    toolName: 'get_weather',
  })
  expect(recover('{"name": "get_wea').cut).toEqual({})
  expect(recover('[get_weather(').cut).toEqual({ toolName: 'get_weather' })
  expect(recover('<function=get_weather>').cut).toEqual({ toolName: 'get_weather' })
})

test('a JSON answer that was cut is no cut call', () => {
  for (const text of [
    '{"title": "A long st',
    '["one", "tw',
    '{"name": "Ada", "arguments": "non',
    '{"city": ',
  ]) {
    expect(recover(text)).toEqual({ text: text.trim(), calls: [], rejected: [] })
  }
})

test('what is read can be sent on: no prototype keys, no endless nesting, no endless lists', () => {
  const deep = `${'['.repeat(80)}${']'.repeat(80)}`
  const wide = `[${'1,'.repeat(20_000)}1]`
  for (const city of [
    '{"__proto__": {"a": 1}}',
    '{"constructor": {"prototype": {}}}',
    deep,
    wide,
  ]) {
    expect(recover(`{"name": "get_weather", "arguments": {"city": ${city}}}`).calls).toEqual([])
  }
})

test('without tools nothing is a call', () => {
  const text = '{"name": "get_weather", "arguments": {"city": "Bern"}}'
  expect(recoverCalls(text, [], () => true)).toEqual({ text, calls: [], rejected: [] })
})
