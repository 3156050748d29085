import fc from 'fast-check'
import { DONE } from './streams.ts'

/** What a model says, before anybody decided how it is sent. */
export interface Said {
  readonly pieces: readonly string[]
  readonly calls: readonly { readonly name: string; readonly args: Record<string, unknown> }[]
  readonly usage: object
  readonly finishReason: string | undefined
}

/** One reply as a whole body, and as the events of a stream. */
export interface Scene {
  readonly whole: object
  readonly events: readonly (object | string)[]
}

export const tools = ['get_weather', 'now', 'find'].map((name) => ({
  name,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}))

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom(
    ' the',
    ' fox',
    '\n',
    '"',
    '\\',
    'data: ',
    '[DONE]',
    '\uFEFF',
    '{"name"',
    ': "now"}',
    '12',
    ' ü',
  ),
)
const args = fc.dictionary(
  fc.constantFrom('city', 'a', 'list', 'é'),
  fc.oneof(text, fc.jsonValue({ maxDepth: 1 })),
  {
    maxKeys: 2,
  },
)
const call = fc.record({ name: fc.constantFrom('get_weather', 'now', 'find', 'unknown'), args })
const tokens = fc.integer({ min: 1, max: 300 })
const said: fc.Arbitrary<Said> = fc.record({
  pieces: fc.array(text, { maxLength: 4 }),
  calls: fc.array(call, { maxLength: 3 }),
  usage: fc.record({ prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens }),
  finishReason: fc.constantFrom(undefined, 'stop', 'tool_calls', 'length'),
})

/** JSON text in pieces. */
export const piecesOf = (json: string, size: number): readonly string[] =>
  json.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []

type Calls = (calls: Said['calls'], size: number) => readonly object[][]
/** Each list is the `tool_calls` of one event. */
const callEvents: readonly Calls[] = [
  (calls) => [calls.map(({ name, args: given }) => ({ name, arguments: given }))],
  (calls) => calls.map(({ name, args: given }) => [{ name, arguments: given }]),
  (calls) => calls.map(({ name, args: given }) => [{ name, arguments: JSON.stringify(given) }]),
  (calls, size) =>
    calls.flatMap(({ name, args: given }, index) => [
      [{ id: `call-${index}`, type: 'function', index, function: { name } }],
      ...piecesOf(JSON.stringify(given), size).map((piece) => [
        { index, function: { arguments: piece } },
      ]),
      [{ id: null, type: null, index, function: { name: null, arguments: '' } }],
    ]),
  // Without index, ids or a frame for the name alone.
  (calls, size) =>
    calls.flatMap(({ name, args: given }) =>
      piecesOf(JSON.stringify(given), size).map((piece, n) => [
        { function: { ...(n === 0 && { name }), arguments: piece } },
      ]),
    ),
]

const style = fc.record({
  dialect: fc.constantFrom('native', 'empty calls', 'openai'),
  calls: fc.constantFrom(...callEvents),
  size: fc.integer({ min: 3, max: 30 }),
  callsFirst: fc.boolean(),
  hasUsageOnEvery: fc.boolean(),
  finishAlone: fc.boolean(),
  end: fc.constantFrom(DONE, '[DONE]\n', 'data:[DONE]\r\n\r\n', 'data: [DONE]', ''),
})

/** Any reply, in any of the shapes in which it may be sent. */
export const scene: fc.Arbitrary<Scene> = fc.tuple(said, style).map(([reply, how]) => {
  const { pieces, calls, usage, finishReason } = reply
  const toEvent = (content: string | null, toolCalls: readonly object[] | undefined): object => {
    const extra = how.hasUsageOnEvery ? { usage: { prompt_tokens: 1, completion_tokens: 1 } } : {}
    const listed = toolCalls === undefined ? {} : { tool_calls: toolCalls }
    if (how.dialect === 'openai') {
      return {
        choices: [{ index: 0, delta: { content, ...listed }, finish_reason: null }],
        ...extra,
      }
    }
    return {
      response: content,
      ...(how.dialect === 'empty calls' && { tool_calls: [], p: 'abc' }),
      ...listed,
      ...extra,
    }
  }
  const texts = pieces.map((piece) => toEvent(piece, undefined))
  const calling = how.calls(calls, how.size).map((entries) => toEvent(null, entries))
  const ending = finishReason === undefined ? {} : { finish_reason: finishReason }
  const last = how.finishAlone
    ? [{ choices: [], usage }, ending]
    : [{ response: '', usage, ...ending }]
  const end = how.end === '' && finishReason === undefined ? DONE : how.end
  const body = {
    content: pieces.join(''),
    tool_calls: calls.map(({ name, args: given }) => ({ name, arguments: given })),
  }
  return {
    // As it comes: JSON has no `-0`.
    whole: JSON.parse(JSON.stringify({ choices: [{ message: body, ...ending }], usage })),
    events: [...(how.callsFirst ? [...calling, ...texts] : [...texts, ...calling]), ...last, end],
  }
})

/** How events are written as bytes. */
export const framing: fc.Arbitrary<(events: Scene['events']) => Uint8Array> = fc
  .record({
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    start: fc.constantFrom('', '\uFEFF', '\n\n', ': hello\n\n', 'retry: 5\n'),
    field: fc.constantFrom('data: ', 'data:'),
    between: fc.constantFrom('', '', ': ping\n\n', 'event: message\n', 'id: 7\n'),
    indent: fc.constantFrom(undefined, 1),
  })
  .map(({ lineEnd, start, field, between, indent }) => (events) => {
    const lines = events.map((event) => {
      if (typeof event === 'string') return event.replaceAll('\r\n', '\n')
      const json = JSON.stringify(event, null, indent)
      return `${between}${json
        .split('\n')
        .map((line) => `${field}${line}\n`)
        .join('')}\n`
    })
    return new TextEncoder().encode((start + lines.join('')).replaceAll('\n', lineEnd))
  })
