import { expect, test } from 'vitest'
import type { ArgumentsName } from '../../src/misbehave/arguments.ts'
import type { CallsName } from '../../src/misbehave/calls.ts'
import type { LeakName } from '../../src/misbehave/leaks.ts'
import { entries, framesOf } from '../streaming/streamed.ts'
import type { Seen, WireCall } from './struck.ts'
import { CALL, callsOf, GLM, strike, TALK } from './struck.ts'

const json = '{"city":"Évora","days":2,"hourly":true}'

// Records over the unions of names: the compiler misses none.
const leaked: Readonly<Record<LeakName, RegExp>> = {
  leak: /get_weather/,
  'leak-json': /^\{"name":"get_weather","parameters":\{"city"[^\n]*\n\{"name":"get_time"/,
  'leak-arguments': /^\{"name":"get_weather","arguments":\{"city"/,
  'leak-function': /^\{"type":"function","function":\{"name":"get_weather","arguments":"\{\\"city/,
  'leak-typed': /^\{"type":"function","name":"get_weather","parameters":\{/,
  'leak-array': /^\[\{"name":"get_weather".*\{"name":"get_time".*\]$/,
  'leak-tool-calls': /^\{"tool_calls":\[\{"name":"get_weather","arguments":/,
  'leak-result': /^\{"result":\{"tool_calls":\[\{"name":"get_weather"/,
  'leak-siblings': /^\{"name":"get_weather","city":"Évora","days":2/,
  'leak-python-tag': /^<\|python_tag\|>\{"name":"get_weather"/,
  'leak-python-call': /^<\|python_tag\|>get_weather\.call\(city="Évora", days=2, hourly=True\)/,
  'leak-function-tag': /^<function=get_weather>\{"city":"Évora".*\}<\/function>/,
  'leak-pythonic':
    /^\[get_weather\(city="Évora", days=2, hourly=True\), get_time\(zones=\["UTC"\]\)\]$/,
  'leak-xml': /^<tool_call>\n\{"name":"get_weather".*\n<\/tool_call>/,
  'leak-fenced': /^```json\n\{"name":"get_weather"[^]*\n```$/,
  'leak-semicolons': /\}\}; \{"name":"get_time"/,
  'leak-end-token': /<\|e(om|ot)_id\|>$/,
  'leak-prose': /^I will first look that up\. \{"name"[^]*\} This will tell us more\.$/,
}

test.each(Object.entries(leaked))('`%s` writes calls into the text', async (name, text) => {
  const { result, struck } = await strike(name as LeakName) // a key of the record
  expect(result.response).toMatch(text)
  expect(result.tool_calls).toEqual([])
  expect(struck).toEqual([name])
  const streamed = await strike(name as LeakName, { model: GLM, stream: true })
  expect(streamed.text).toContain('"finish_reason":"stop"')
  expect(streamed.text).not.toContain('tool_calls')
})

/** The first call's arguments in the flat dialect, and as OpenAI's wire has them where that differs. */
const changed: Readonly<Record<ArgumentsName, readonly [flat: unknown, chat?: unknown]>> = {
  'numbers-as-text': [{ ...CALL.input, days: '2' }],
  'booleans-as-text': [{ ...CALL.input, hourly: expect.stringMatching(/^[tT]rue$/) as unknown }],
  'json-as-text': [CALL.input],
  'arguments-as-text': [json, json],
  'arguments-as-object': [CALL.input, CALL.input],
  'arguments-twice-encoded': [JSON.stringify(json), JSON.stringify(json)],
  'arguments-broken': [
    expect.stringMatching(/^\{[^}]*$/) as unknown,
    expect.stringMatching(/^\{[^}]*$/) as unknown,
  ],
  'arguments-empty': ['', ''],
  'arguments-null': [null, null],
  'arguments-absent': [undefined, undefined],
  'arguments-invalid': [
    { city: { unexpected: 'Évora' }, days: { unexpected: 2 }, hourly: { unexpected: true } },
  ],
  'argument-missing': [{ days: 2, hourly: true }],
  'argument-extra': [{ ...CALL.input, unexpected: 'argument' }],
  'optionals-empty': [
    { ...CALL.input, unit: expect.toSatisfy((value) => [null, '', 0].includes(value)) as unknown },
  ],
  placeholders: [{ ...CALL.input, city: 'get_time response' }],
  'nested-call': [{ ...CALL.input, city: { function_name: 'get_time', args: [] } }],
  'invented-values': [
    {
      city: expect.stringMatching(/^id-\d{4}$/) as unknown,
      days: expect.any(Number) as unknown,
      hourly: true,
    },
  ],
  'control-tokens': [{ ...CALL.input, city: '<|""|' }],
}

test.each(Object.entries(changed))('`%s` changes arguments', async (name, [flat, chat]) => {
  const called = await strike(name as ArgumentsName) // a key of the record
  expect(callsOf(called.result)[0]?.arguments).toEqual(flat)
  expect(called.struck).toEqual([name])
  const asFunction = await strike(name as ArgumentsName, { model: GLM })
  const given = callsOf(asFunction.result)[0]?.function?.arguments
  expect(chat === undefined && given !== undefined ? JSON.parse(given) : given).toEqual(
    chat === undefined && given !== undefined ? flat : chat,
  )
})

test('`json-as-text` changes lists and objects', async () => {
  const { result } = await strike('json-as-text')
  expect(callsOf(result)[1]?.arguments).toEqual({ zones: '["UTC"]' })
})

test('changed arguments are also those of a call that leaks', async () => {
  const { text } = await strike('numbers-as-text', { stream: true })
  const words = framesOf(text).map(({ response }) => response)
  expect(words.join('')).toContain('"days":"2"')
})

const names = (seen: Seen): readonly unknown[] => callsOf(seen.result).map((call) => call.name)
const pieces = (seen: Seen): readonly WireCall[] => entries(framesOf(seen.text)) as never // pieces are entries
const history = [
  { role: 'user', content: 'Time?' },
  {
    role: 'assistant',
    content: '',
    tool_calls: [{ name: 'get_time', arguments: { zones: ['X'] } }],
  },
  { role: 'tool', name: 'get_time', content: '12:00' },
]

const calls: Readonly<Record<CallsName, () => Promise<void>>> = {
  'unknown-tool': async () =>
    expect(names(await strike('unknown-tool'))).toEqual(['search_everything', 'search_everything']),
  'channel-as-tool': async () =>
    expect(names(await strike('channel-as-tool'))).toEqual(['analysis', 'analysis']),
  'tool-near-miss': async () => {
    const [name] = names(await strike('tool-near-miss'))
    expect(String(name)).toHaveLength('get_weather'.length - 1)
  },
  'tool-case': async () => expect(names(await strike('tool-case'))[0]).toBe('GET_WEATHER'),
  'tool-prefix': async () =>
    expect(names(await strike('tool-prefix'))[0]).toBe('functions.get_weather'),
  'tool-spaces': async () => expect(names(await strike('tool-spaces'))[0]).toBe(' get weather '),
  'prototype-tool': async () =>
    expect(['constructor', 'toString', '__proto__']).toContain(
      names(await strike('prototype-tool'))[0],
    ),
  'same-id': async () => {
    const { result } = await strike('same-id', { model: GLM })
    expect(callsOf(result).map(({ id }) => id)).toEqual(['call_0', 'call_0'])
  },
  'repeated-ids': async () => {
    const { result } = await strike('repeated-ids', { model: GLM })
    const ids = ['functions.get_weather:0', 'functions.get_time:1']
    expect(callsOf(result).map(({ id }) => id)).toEqual(ids)
  },
  'no-id': async () => {
    const { result } = await strike('no-id', { model: GLM })
    expect(callsOf(result).map((call) => 'id' in call)).toEqual([false, false])
  },
  'no-index': async () => {
    const found = pieces(await strike('no-index', { stream: true }))
    expect(found.map(({ index, function: body }) => [index, body?.name])).toEqual([
      [undefined, 'get_weather'],
      [undefined, 'get_time'],
    ])
  },
  'reused-index': async () => {
    const found = pieces(await strike('reused-index', { stream: true, model: GLM }))
    expect(new Set(found.map(({ index }) => index))).toEqual(new Set([0]))
  },
  'index-gaps': async () => {
    const found = pieces(await strike('index-gaps', { stream: true }))
    expect(new Set(found.map(({ index }) => index))).toEqual(new Set([0, 3]))
  },
  interleaved: async () => {
    const found = pieces(await strike('interleaved', { stream: true }))
    const turns = found.filter(({ index }, at) => index !== found[at - 1]?.index)
    expect(turns.length).toBeGreaterThan(2)
  },
  'arguments-first': async () => {
    const [first] = pieces(await strike('arguments-first', { stream: true }))
    expect(first?.function).toEqual({ arguments: expect.stringMatching(/^\{/) as unknown })
  },
  'null-calls': async () => {
    const { result } = await strike('null-calls')
    expect(callsOf(result)).toMatchObject([
      null,
      { name: 'get_weather' },
      { name: 'get_time' },
      { arguments: {} },
    ])
    expect(callsOf(result)[3]).not.toHaveProperty('name')
  },
  'no-calls-key': async () => {
    const flat = await strike('no-calls-key', { reply: TALK })
    expect(flat.result).not.toHaveProperty('tool_calls')
    const chat = await strike('no-calls-key', { reply: TALK, model: GLM })
    expect(chat.result.choices?.[0].message).not.toHaveProperty('tool_calls')
  },
  'many-calls': async () => {
    const { result } = await strike('many-calls')
    expect(callsOf(result)).toHaveLength(500)
  },
  loop: async () => {
    const { result } = await strike('loop', { reply: TALK, inputs: { messages: history } })
    expect(callsOf(result)).toEqual([{ name: 'get_time', arguments: { zones: ['X'] } }])
  },
}

test.each(Object.entries(calls))('`%s` changes calls', async (_, assertSeen) => assertSeen())
