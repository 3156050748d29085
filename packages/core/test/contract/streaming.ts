import {
  createAgent,
  isRunEvent,
  systemRuntime,
  type Runtime,
  type StreamEvent,
} from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import { textOf } from '../run/streamed.ts'
import { model, weather } from './subjects.ts'
import type { OpenScene, StagedFault, StagedReply, StagedStreaming } from './stage.ts'

/** Every shape a stream is known to have. */
export const VARIANTS: readonly string[] = [
  'native',
  'native-usage-everywhere',
  'native-numbers',
  'native-call-each',
  'native-functions',
  'native-leaked',
  'native-newer',
  'native-gaps',
  'native-deltas',
  'native-arguments-first',
  'native-interleaved',
  'native-finish',
  'chat',
  'chat-usage-everywhere',
  'chat-whole',
  'chat-arguments-first',
  'chat-interleaved',
  'chat-leaked',
  'json',
]

const lines: readonly (readonly [string, StagedStreaming])[] = [
  ['cut after each byte', { chunks: 'byte' }],
  ['cut anywhere', { chunks: 'random', seed: 3 }],
  ['in one piece', { chunks: 'whole' }],
  ['with CRLF', { lineEnds: 'crlf', chunks: 'byte' }],
  ['with CR', { lineEnds: 'cr', chunks: 'byte' }],
  ['with a bare [DONE]', { quirks: ['bare-done'] }],
  ['without a space', { quirks: ['no-space'] }],
  [
    'with everything the format allows',
    { quirks: ['comments', 'fields', 'data-lines', 'byte-order-mark'] },
  ],
]

const broken: readonly (readonly [string, StagedFault, string])[] = [
  ['fault C6: ends early', { type: 'ended-early', afterFrames: 2 }, 'stream.cut'],
  ['fault C9: breaks', { type: 'cut', afterFrames: 2 }, 'stream.cut'],
  ['fault C9: breaks inside a frame', { type: 'cut', afterBytes: 30 }, 'stream.cut'],
  ['fault C4: has a broken frame', { type: 'malformed' }, 'stream.malformed'],
  ['fault C5: tells an error', { type: 'error-event' }, 'http.capacity'],
  [
    'fault C5: tells an error as text',
    { type: 'error-event', shape: 'error-text' },
    'http.capacity',
  ],
  [
    'fault C5: tells an error object',
    { type: 'error-event', shape: 'error-object' },
    'http.capacity',
  ],
  [
    'fault C5: tells an internal code',
    { type: 'error-event', shape: 'internal-code' },
    'http.capacity',
  ],
  ['fault C5: names an error', { type: 'error-event', shape: 'named-event' }, 'http.capacity'],
  [
    'fault C5: tells an error and ends as if nothing were',
    { type: 'error-event', followedByDone: true },
    'http.capacity',
  ],
  ['fault B9: is a page', { type: 'html' }, 'http.protocol'],
]

/** Waits pass at once; a limit is real, so that what hangs on a real connection is given up. */
const impatient = (): Runtime => {
  const fake = fakeRuntime()
  return {
    ...fake,
    setTimer: (callback, ms, purpose) =>
      (purpose === 'limit' ? systemRuntime : fake).setTimer(callback, ms),
  }
}

/** Replies that are streamed, whatever way they go. */
export function describeStreaming(open: OpenScene): void {
  const calls = [
    { toolName: 'get_weather', input: { city: 'Évora "old town"' } },
    { toolName: 'get_weather', input: { city: 'Lisbon' } },
  ]
  const answer = 'It is 21 degrees in both, Olá! 🌞'

  const read = async (replies: readonly StagedReply[], runtime: Runtime = fakeRuntime()) => {
    await using scene = await open(replies)
    const { backend } = scene
    const timeouts = { silenceMs: 300 }
    const agent = createAgent({
      backend,
      model,
      tools: [weather],
      stream: 'always',
      runtime,
      timeouts,
    })
    const events: StreamEvent[] = []
    for await (const event of agent.stream('Warm?')) events.push(event)
    return { events, requests: await scene.requests() }
  }

  const said = (events: readonly StreamEvent[]) =>
    events.filter(isRunEvent).flatMap((event) =>
      event.type === 'model-reply'
        ? [
            {
              text: event.text,
              calls: event.toolCalls.map(({ toolName, input }) => ({ toolName, input })),
            },
          ]
        : [],
    )

  describe('a stream', () => {
    test.for(VARIANTS)('in the shape %s gives the same calls and text', async (variant) => {
      const streaming = { variant, seed: 1 }
      const { events, requests } = await read([
        { toolCalls: calls, streaming },
        { text: answer, streaming },
      ])
      expect(said(events)).toEqual([
        { text: '', calls },
        { text: answer, calls: [] },
      ])
      expect(textOf(events, 1)).toBe('')
      expect(textOf(events, 2)).toBe(answer)
      expect(requests).toHaveLength(2)
      expect(requests.every(({ inputs }) => inputs.stream === true)).toBe(true)
      expect(events.at(-1)).toMatchObject({
        usage: { requests: 2, totalTokens: expect.any(Number) },
      })
    })

    test.for(lines)('%s gives the same calls and text', async ([, streaming]) => {
      const { events } = await read([
        {
          text: 'Let me see.',
          toolCalls: calls,
          streaming: { ...streaming, variant: 'native-newer' },
        },
        { text: answer, streaming },
      ])
      expect(said(events)).toEqual([
        { text: 'Let me see.', calls },
        { text: answer, calls: [] },
      ])
      expect(textOf(events, 2)).toBe(answer)
    })

    test.for(broken)('that %s is void, and its text is told anew', async ([, fault, code]) => {
      const { events, requests } = await read([{ text: answer, streaming: { fault } }, answer])
      expect(events.filter(({ type }) => type === 'model-error')).toMatchObject([
        { error: { code } },
      ])
      expect(said(events)).toEqual([{ text: answer, calls: [] }])
      expect(textOf(events, 1)).toBe(answer)
      expect(requests).toHaveLength(2)
    })

    test('fault C8: that goes silent is given up, and its connection closed', async () => {
      const streaming: StagedStreaming = { fault: { type: 'silent' } }
      const { events } = await read([{ text: answer, streaming }, answer], impatient())
      expect(events.filter(({ type }) => type === 'model-error')).toMatchObject([
        { error: { code: 'http.timeout' } },
      ])
      expect(textOf(events, 1)).toBe(answer)
    })

    test('fault C7: is over at its end mark, whatever follows', async () => {
      const streaming: StagedStreaming = { fault: { type: 'after-done' } }
      const { events, requests } = await read([{ text: answer, streaming }])
      expect(textOf(events, 1)).toBe(answer)
      expect(requests).toHaveLength(1)
    })

    test('fault C12: is closed when its reader leaves', async () => {
      const streaming: StagedStreaming = { fault: { type: 'silent' } }
      await using scene = await open([{ text: answer, streaming }])
      const run = createAgent({ backend: scene.backend, model }).stream('Talk')
      for await (const event of run) if (event.type === 'text-delta') break
      await expect(run.result).rejects.toMatchObject({ name: 'AbortError' })
      await scene.closing(1)
    })

    test('is closed by an abort in the middle, which rejects with its own reason', async () => {
      const streaming: StagedStreaming = { fault: { type: 'silent' } }
      await using scene = await open([{ text: answer, streaming }])
      const run = createAgent({ backend: scene.backend, model }).stream('Talk')
      const reason = new Error('enough')
      await expect(async () => {
        for await (const event of run) if (event.type === 'text-delta') run.abort(reason)
      }).rejects.toBe(reason)
      await scene.closing(1)
    })
  })
}
