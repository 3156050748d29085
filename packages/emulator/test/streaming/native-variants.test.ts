import { expect, test } from 'vitest'
import { CALLS, entries, frames, joined, NEWER_MODEL, spoken, TEXT, textOf } from './streamed.ts'

const both = { text: TEXT, toolCalls: CALLS }
const flat = CALLS.map(({ toolName, input }) => ({ name: toolName, arguments: input }))
const whole = CALLS.map(({ toolName, input }) => ({
  id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{32}$/),
  type: 'function',
  function: { name: toolName, arguments: JSON.stringify(input) },
}))
const sentinel = (index: number): object => ({
  id: null,
  type: null,
  index,
  function: { name: null, arguments: '' },
})

test('`native` pads text of about a token each, and ends with the usage and [DONE]', async () => {
  const text = await textOf({ text: TEXT }, { variant: 'native' })
  expect(text).toMatch(
    /\n\ndata: \{"response":""\}\n\ndata: \{"response":"","usage":\{[^\n]+\}\n\ndata: \[DONE\]\n\n$/,
  )
  const all = await frames({ text: TEXT }, { variant: 'native' })
  expect(spoken(all)).toBe(TEXT)
  expect(all.length).toBeGreaterThan(8)
  for (const frame of all.slice(0, -2)) {
    expect(Object.keys(frame)).toEqual(['response', 'p'])
    expect(frame.p).toMatch(/^[a-z0-9]{1,36}$/)
  }
  expect(new Set(all.slice(0, -2).map(({ p }) => p?.length)).size).toBeGreaterThan(1)
  expect(all.at(-1)).toEqual({
    response: '',
    usage: {
      prompt_tokens: 2,
      completion_tokens: 9,
      total_tokens: 11,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  })
})

test('`native` has all calls whole in one frame, without ids and index', async () => {
  const all = await frames(both, { variant: 'native' })
  expect(spoken(all)).toBe(TEXT)
  expect(all.filter(({ tool_calls }) => tool_calls)).toMatchObject([
    { response: '', tool_calls: flat },
  ])
  expect(entries(all)).toEqual(flat)
})

test('`native-usage-everywhere` has the usage so far on every frame', async () => {
  const all = await frames(both, { variant: 'native-usage-everywhere' })
  const counts = all.map(({ usage }) => usage?.completion_tokens ?? Number.NaN)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(counts[0]).toBe(2)
  expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0)
  expect(spoken(all)).toBe(TEXT)
})

test('`native-numbers` writes numbers as numbers, where nothing of them is lost', async () => {
  const all = await frames({ text: TEXT }, { variant: 'native-numbers' })
  const responses = all.map(({ response }) => response)
  expect(responses).toContain(26)
  expect(responses).toContain('007')
  expect(spoken(all)).toBe(TEXT)
  const [only] = await frames({ text: '42' }, { variant: 'native-numbers' })
  expect(only?.response).toBe(42)
  const [word] = await frames({ text: 'NaN' }, { variant: 'native-numbers' })
  expect(word?.response).toBe('NaN')
})

test('`native-call-each` has a frame for each call', async () => {
  const all = await frames(both, { variant: 'native-call-each' })
  expect(all.flatMap(({ tool_calls }) => (tool_calls ? [tool_calls] : []))).toEqual(
    flat.map((call) => [call]),
  )
})

test('`native-functions` has OpenAI-shaped calls in one frame, without index', async () => {
  const all = await frames(both, { variant: 'native-functions' })
  expect(all.flatMap(({ tool_calls }) => (tool_calls ? [tool_calls] : []))).toEqual([whole])
})

test('`native-leaked` streams calls as the text of their JSON', async () => {
  const all = await frames(both, { variant: 'native-leaked' })
  expect(spoken(all)).toBe(
    `${TEXT}\n{"name":"get_weather","parameters":{"city":"Évora","days":2}}\n` +
      '{"name":"get_time","parameters":{"zone":"Europe/Lisbon"}}',
  )
  expect(entries(all)).toEqual([])
})

test('`native-newer` has `tool_calls` on every frame, null text and neurons with the usage', async () => {
  const all = await frames(both, { variant: 'native-newer' }, { model: NEWER_MODEL })
  for (const frame of all.slice(0, -1)) {
    expect(frame.tool_calls).toBeInstanceOf(Array)
    expect(frame.p).toMatch(/^[abd-pr-vx-z0-9]+$/)
  }
  expect(entries(all)).toEqual(flat)
  expect(spoken(all)).toBe(TEXT)
  expect(all.at(-1)).toMatchObject({ response: null, usage: { neurons: expect.any(Number) } })
  expect(all.at(-1)?.usage?.neurons).toBeGreaterThan(0)
})

test('`native-gaps` has frames without `response`', async () => {
  const all = await frames({ text: TEXT.repeat(4) }, { variant: 'native-gaps', seed: 1 })
  const gaps = all.filter((frame) => !('response' in frame))
  expect(gaps.length).toBeGreaterThan(1)
  for (const gap of gaps) expect(Object.keys(gap)).toEqual(['tool_calls', 'p'])
  expect(spoken(all)).toBe(TEXT.repeat(4))
})

test('`native-deltas` has the name, pieces of arguments, and a sentinel of nulls', async () => {
  const pieces = entries(await frames(both, { variant: 'native-deltas' }))
  expect(joined(pieces)).toEqual(CALLS)
  const first = pieces.filter(({ index }) => index === 0)
  expect(first[0]).toEqual({
    id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{32}$/),
    type: 'function',
    index: 0,
    function: { name: 'get_weather' },
  })
  expect(first.length).toBeGreaterThan(3)
  for (const piece of first.slice(1, -1)) {
    expect(piece).toEqual({ index: 0, function: { arguments: expect.stringMatching(/./) } })
  }
  expect(first.at(-1)).toEqual(sentinel(0))
  expect(pieces.at(-1)).toEqual(sentinel(1))
})

test('`native-arguments-first` has the name of each call after its arguments', async () => {
  const pieces = entries(await frames(both, { variant: 'native-arguments-first' }))
  expect(joined(pieces)).toEqual(CALLS)
  for (const [index, { toolName }] of CALLS.entries()) {
    const own = pieces.filter((piece) => piece.index === index)
    expect(own.at(-2)).toMatchObject({ function: { name: toolName } })
    for (const piece of own.slice(0, -2)) expect(piece.function).not.toHaveProperty('name')
  }
})

test('`native-interleaved` mixes the pieces of several calls', async () => {
  const pieces = entries(await frames(both, { variant: 'native-interleaved', seed: 1 }))
  expect(joined(pieces)).toEqual(CALLS)
  const changes = pieces.filter(({ index }, at) => at > 0 && index !== pieces[at - 1]?.index)
  expect(changes.length).toBeGreaterThan(1)
})

test('`native-finish` says why it ended in a frame of its own', async () => {
  const reasons = async (reply: object, inputs = {}): Promise<readonly unknown[]> =>
    (await frames(reply, { variant: 'native-finish' }, { inputs })).flatMap((frame) =>
      frame.finish_reason === undefined ? [] : [frame],
    )
  expect(await reasons(both)).toEqual([{ finish_reason: 'tool_calls' }])
  expect(await reasons({ text: 'Hi' })).toEqual([{ finish_reason: 'stop' }])
  expect(await reasons(both, { max_tokens: 2 })).toEqual([{ finish_reason: 'length' }])
})
