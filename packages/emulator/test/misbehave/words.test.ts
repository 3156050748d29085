import { expect, test } from 'vitest'
import type { UsageName } from '../../src/misbehave/usage.ts'
import type { WordsName } from '../../src/misbehave/words.ts'
import { framesOf, spoken } from '../streaming/streamed.ts'
import type { Result } from './struck.ts'
import { CALL, GLM, strike, TALK, TEXT } from './struck.ts'

const choiceOf = (result: Result) => result.choices?.[0]

// Records over the unions of names: the compiler misses none.
const words: Readonly<Record<WordsName, () => Promise<void>>> = {
  prose: async () => {
    const { result } = await strike('prose', { inputs: { tool_choice: 'required' } })
    expect(result).toMatchObject(matching({ response: /^I will/ }))
    expect(result.tool_calls).toEqual([])
  },
  refusal: async () => {
    const { result } = await strike('refusal')
    expect(result.response).toMatch(/^Your (function definitions|input)/)
  },
  empty: async () => {
    const { result } = await strike('empty')
    expect(result).toMatchObject({ response: '', tool_calls: [] })
    const { text } = await strike('empty', { stream: true })
    expect(spoken(framesOf(text))).toBe('')
  },
  'empty-object': async () => {
    const { text } = await strike('empty-object')
    expect(JSON.parse(text)).toMatchObject({ result: {}, success: true })
    expect((await strike('empty-object', { stream: true })).text).not.toContain('get_weather')
  },
  'null-response': async () => {
    expect((await strike('null-response')).result).toMatchObject({ response: null, tool_calls: [] })
    const chat = await strike('null-response', { model: GLM })
    expect(choiceOf(chat.result)?.message.content).toBeNull()
  },
  'response-number': async () => {
    expect((await strike('response-number')).result.response).toBe(42)
    const { text } = await strike('response-number', { stream: true })
    expect(framesOf(text)[0]).toMatchObject({ response: 42 })
  },
  'response-object': async () => {
    const { result } = await strike('response-object', { reply: TALK })
    expect(result.response).toEqual({ answer: TEXT })
  },
  'response-array': async () => {
    const { result } = await strike('response-array', { reply: TALK })
    expect(result.response).toEqual([TEXT, TEXT])
  },
  thoughts: async () => {
    const native = await strike('thoughts', { reply: { ...TALK, toolCalls: [CALL] } })
    expect(native.result.response).toMatch(/^<think>\n.*\n<\/think>\n\nIt is warm/)
    expect(native.result.tool_calls).toHaveLength(1)
    const chat = await strike('thoughts', { reply: TALK, model: GLM })
    const message = { content: TEXT, reasoning_content: /step by step/ }
    expect(choiceOf(chat.result)?.message).toMatchObject(matching(message))
    const { text } = await strike('thoughts', { reply: TALK, model: GLM, stream: true })
    expect(text).toContain('"reasoning_content":"The user')
  },
  'thinking-spent': async () => {
    const { result } = await strike('thinking-spent', { model: GLM })
    expect(choiceOf(result)).toMatchObject({ message: { content: '' }, finish_reason: 'length' })
    expect(result.usage?.completion_tokens).toBe(400)
  },
  runaway: async () => {
    const { result } = await strike('runaway', { reply: TALK, inputs: { max_tokens: 100 } })
    expect(String(result.response)).toHaveLength(400)
    expect(result.usage?.completion_tokens).toBe(100)
  },
  'odd-characters': async () => {
    const { result } = await strike('odd-characters', { reply: TALK })
    expect(result.response).toBe(`${TEXT}\uD800\u0000\u202E\u001B[2J`)
    expect((await strike('odd-characters')).text).toContain(
      String.raw`"city":"Évora\ud800\u0000${'\u202E'}\u001b[2J"`,
    )
  },
  truncate: async () => {
    const { result } = await strike('truncate')
    expect(result.response).toMatch(/^\{"name":"get_weather","parameters":\{/)
    expect(result.response).not.toContain('UTC')
    expect(result.usage?.completion_tokens).toBe(400)
    const chat = await strike('truncate', { reply: TALK, model: GLM })
    expect(choiceOf(chat.result)?.finish_reason).toBe('length')
    const { text } = await strike('truncate', { reply: TALK, model: GLM, stream: true })
    expect(TEXT.startsWith(spoken(framesOf(text)))).toBe(true)
  },
  'truncate-hidden': async () => {
    const { result } = await strike('truncate-hidden', { model: GLM })
    expect(choiceOf(result)).toMatchObject({ finish_reason: 'tool_calls' })
    expect(choiceOf(result)?.message.content).toMatch(/^\{"name":"get_weather"/)
  },
  'limit-spent': async () => {
    const { result } = await strike('limit-spent', { model: GLM })
    expect(choiceOf(result)?.message.tool_calls).toHaveLength(2)
    expect(result.usage?.completion_tokens).toBe(400)
  },
  'finish-length': async () => {
    const { result } = await strike('finish-length')
    expect(result).toMatchObject({ finish_reason: 'length', tool_calls: [{}, {}] })
    expect((await strike('finish-length', { stream: true })).text).toContain(
      '"finish_reason":"length"',
    )
  },
  'finish-stop': async () => expect(await finish('finish-stop')).toBe('stop'),
  'finish-tool-calls': async () => {
    const { result } = await strike('finish-tool-calls', { reply: TALK, model: GLM })
    expect(choiceOf(result)).toMatchObject({ message: { content: TEXT } })
    expect(choiceOf(result)?.finish_reason).toBe('tool_calls')
  },
  'finish-content-filter': async () =>
    expect(await finish('finish-content-filter')).toBe('content_filter'),
  'finish-error': async () => expect(await finish('finish-error')).toBe('error'),
  'finish-unknown': async () => expect(await finish('finish-unknown')).toBe('model_gone_fishing'),
}

test.each(Object.entries(words))('`%s` changes what is said', async (_, assertSeen) => assertSeen())

const usages: Readonly<Record<Exclude<UsageName, 'usage-everywhere'>, unknown>> = {
  'no-usage': undefined,
  'usage-negative': { prompt_tokens: -5, completion_tokens: -5, total_tokens: -5 },
  'usage-nan': { prompt_tokens: 'NaN', completion_tokens: 'NaN', total_tokens: 'NaN' },
  'usage-text': 'about a hundred tokens',
  'usage-huge': { prompt_tokens: 1e12, completion_tokens: 1e12, total_tokens: 1e12 },
}

test.each(Object.entries(usages))('`%s` changes the usage', async (name, usage) => {
  for (const model of [undefined, GLM]) {
    const asking = { reply: TALK, ...(model !== undefined && { model }) }
    const whole = await strike(name as UsageName, asking) // a key of the record
    expect(whole.result.usage).toEqual(usage)
    expect(whole.result).toMatchObject(model === undefined ? { response: TEXT } : {})
    const { text } = await strike(name as UsageName, { ...asking, stream: true })
    expect(framesOf(text).findLast((frame) => 'usage' in frame)?.usage).toEqual(usage)
    expect(spoken(framesOf(text))).toBe(TEXT)
  }
})

test.each([undefined, GLM])('`usage-everywhere` streams it with each frame, %s', async (model) => {
  const asking = { reply: TALK, stream: true, ...(model !== undefined && { model }) }
  const all = framesOf((await strike('usage-everywhere', asking)).text)
  expect(all.every((frame) => 'usage' in frame)).toBe(true)
})

async function finish(name: WordsName): Promise<string | undefined> {
  const { result } = await strike(name, { model: GLM })
  expect(choiceOf(result)?.message.tool_calls).toHaveLength(2)
  return choiceOf(result)?.finish_reason
}

/** Texts that match, where a field is a pattern. */
function matching(fields: Readonly<Record<string, string | RegExp>>): object {
  const entries = Object.entries(fields).map(([key, value]) => {
    return [key, value instanceof RegExp ? (expect.stringMatching(value) as unknown) : value]
  })
  return Object.fromEntries(entries) as object
}
