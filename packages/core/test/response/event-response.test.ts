import { createAgent, isRunEvent, tool, type RunStream, type StreamEvent } from '@drover/core'
import { toResponse } from '@drover/core/response'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string() }),
  effect: 'read',
  execute: () => ({ celsius: 26 }),
})

const start = (...script: ScriptEntry[]): RunStream =>
  createAgent({
    backend: scriptedBackend(script),
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    tools: [getWeather],
  }).stream('Is it warm?', { onLeave: 'continue' })

const weather = (): RunStream =>
  start(
    { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
    'It is warm: 26 °C.',
  )

interface Frame {
  readonly id: string
  readonly event: StreamEvent
}

const framesOf = async (response: Response): Promise<Frame[]> =>
  (await response.text())
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [, id = '', data = ''] = /^id: (\S+)\ndata: (.+)$/.exec(frame) ?? []
      return { id, event: JSON.parse(data) }
    })

const keptOf = (frames: readonly Frame[]): unknown[] =>
  frames.map(({ event }) => event).filter(isRunEvent)

/** The text a reader of the frames shows in the end for each step. */
const textsOf = (frames: readonly Frame[]): string[] => {
  const texts: string[] = []
  for (const { event } of frames) {
    if (event.type === 'reply-reset') texts[event.step] = ''
    if (event.type === 'text-delta') texts[event.step] = (texts[event.step] ?? '') + event.text
  }
  return texts
}

describe('a run as a stream of events', () => {
  test('has each event as JSON, with its id', async () => {
    const stream = weather()
    const frames = await framesOf(toResponse(stream))
    const { events } = await stream.result
    expect(keptOf(frames)).toEqual(events)
    expect(textsOf(frames).at(-1)).toBe('It is warm: 26 °C.')
    for (const { id, event } of frames) {
      expect(id).toMatch(isRunEvent(event) ? new RegExp(`^${event.seq}$`) : /^\d+\.\d+$/)
    }
    expect(new Set(frames.map(({ id }) => id)).size).toBe(frames.length)
  })

  test('has the headers that keep servers between from holding it back', () => {
    const response = toResponse(weather(), { headers: { 'x-mine': '1' } })
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-mine': '1',
    })
  })

  test.each([undefined, null, ''])(
    'is sent from the beginning to a client with the id %o',
    async (id) => {
      const stream = weather()
      const frames = await framesOf(toResponse(stream, { lastEventId: id }))
      expect(keptOf(frames)).toEqual((await stream.result).events)
    },
  )

  test('goes on, for a client that comes back, after whatever it saw last', async () => {
    const stream = weather()
    const frames = await framesOf(toResponse(stream))
    for (const [index, { id }] of frames.entries()) {
      const seen = frames.slice(0, index + 1)
      const rest = await framesOf(toResponse(stream, { lastEventId: id }))
      expect(keptOf([...seen, ...rest])).toEqual(keptOf(frames))
      expect(textsOf([...seen, ...rest]).at(-1)).toBe('It is warm: 26 °C.')
    }
  })

  test('goes on for a client that left while the run was under way', async () => {
    const gate = Promise.withResolvers<string>()
    const stream = start(
      { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
      () => gate.promise,
    )
    const reader = toResponse(stream).body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
    gate.resolve('It is warm.')
    const frames = await framesOf(
      toResponse(stream, { lastEventId: /^id: (\S+)/.exec(first)?.[1] ?? null }),
    )
    const { events } = await stream.result
    expect(keptOf(frames)).toEqual(events.slice(1))
  })

  test.each(['x', '-1', '1e3', '99', '0.1.2', '0\n1'])(
    'refuses %o, no id of its own',
    async (id) => {
      const stream = weather()
      await stream.result
      expect(() => toResponse(stream, { lastEventId: id })).toThrow(
        expect.objectContaining({ code: 'config.input' }),
      )
    },
  )

  test('ends like any other when the run fails: its last event says why', async () => {
    const stream = start(new TypeError('Broken.'))
    const frames = await framesOf(toResponse(stream))
    expect(frames.at(-1)?.event).toMatchObject({
      type: 'run-end',
      stopReason: 'error',
      error: { code: expect.any(String) },
    })
    expect(JSON.stringify(frames)).not.toContain('"stack"')
  })

  test('has nothing more for a client that comes back after the end of a failed run', async () => {
    const stream = start(new TypeError('Broken.'))
    const frames = await framesOf(toResponse(stream))
    const lastEventId = frames.at(-1)?.id ?? null
    expect(await framesOf(toResponse(stream, { lastEventId }))).toEqual([])
  })
})
