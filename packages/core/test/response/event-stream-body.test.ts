import { createAgent, type Backend, type RunStream, type StreamEvent } from '@drover/core'
import { toResponse, toUIMessageStreamResponse } from '@drover/core/response'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { runEvents, streamOf, weatherRun } from './run-events.ts'

/** A model that never stops talking; it tells when nobody listens any more. */
function endlessTalk(): {
  readonly backend: Backend
  readonly heard: { words: number; gone: boolean }
} {
  const heard = { words: 0, gone: false }
  const frame = new TextEncoder().encode('data: {"response":"word "}\n\n')
  const send = (): Promise<Response> => {
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await turn()
        heard.words++
        controller.enqueue(frame)
      },
      cancel: () => {
        heard.gone = true
      },
    })
    const headers = { 'content-type': 'text/event-stream' }
    return Promise.resolve(new Response(body, { headers }))
  }
  return { backend: { name: 'talk', send }, heard }
}

const talk = (backend: Backend, onLeave: 'abort' | 'continue'): RunStream =>
  createAgent({ backend, model: '@cf/meta/llama-3.1-8b-instruct-fast', stream: 'always' }).stream(
    'Talk.',
    { onLeave },
  )

describe.each([
  ['events', (stream: RunStream) => toResponse(stream)],
  ['a UI message', (stream: RunStream) => toUIMessageStreamResponse(stream)],
])('a response of %s whose client leaves', (_name, respond) => {
  test('in the middle of a text aborts the run and closes the model request', async () => {
    const { backend, heard } = endlessTalk()
    const stream = talk(backend, 'abort')
    const reader = respond(stream).body?.getReader()
    for (let reads = 0; reads < 8; reads++) await reader?.read()
    await reader?.cancel()
    await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
    await turn()
    expect(heard.gone).toBe(true)
  })

  test('before it has read anything aborts the run too', async () => {
    const stream = talk(endlessTalk().backend, 'abort')
    await respond(stream).body?.cancel()
    await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('while it waits for the next event aborts the run too', async () => {
    const backend: Backend = { name: 'silent', send: () => new Promise(() => {}) }
    const stream = talk(backend, 'abort')
    const reader = respond(stream).body?.getReader()
    const reads = Array.from({ length: 4 }, async () => (await reader?.read())?.done)
    await turn()
    await reader?.cancel()
    await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
    expect((await Promise.all(reads)).at(-1)).toBe(true)
  })

  test('anywhere, 500 times, leaves no run and no model request behind', async () => {
    const { backend, heard } = endlessTalk()
    for (let client = 0; client < 500; client++) {
      heard.gone = false
      const stream = talk(backend, 'abort')
      const reader = respond(stream).body?.getReader()
      for (let reads = 0; reads < client % 12; reads++) await reader?.read()
      await reader?.cancel()
      await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
      // Its request was sent with the second event, and is gone.
      expect(heard.gone || client % 12 < 3).toBe(true)
    }
  })

  test('leaves the run alone that is to continue, until it is stopped', async () => {
    const { backend, heard } = endlessTalk()
    const stream = talk(backend, 'continue')
    const reader = respond(stream).body?.getReader()
    for (let reads = 0; reads < 8; reads++) await reader?.read()
    await reader?.cancel()
    const before = heard.words
    for (let turns = 0; turns < 50; turns++) await turn()
    expect(heard.words).toBeGreaterThan(before)
    stream.abort(new DOMException('Stopped.', 'AbortError'))
    await expect(stream.result).rejects.toThrow('Stopped.')
    expect(heard.gone).toBe(true)
  })
})

describe('a response whose client is slow', () => {
  test('reads no event before its client wants one', async () => {
    const source = streamOf(weatherRun())
    const reader = toUIMessageStreamResponse(source).body?.getReader()
    await turn()
    expect(source.reads()).toBe(0)
    await reader?.read()
    await turn()
    expect(source.reads()).toBe(1)
  })

  test('holds the model back', async () => {
    const { backend, heard } = endlessTalk()
    const stream = talk(backend, 'abort')
    const reader = toUIMessageStreamResponse(stream).body?.getReader()
    await reader?.read()
    let before = -1
    // As long as words keep coming within a thousand turns, it has not stopped yet.
    while (heard.words !== before) {
      before = heard.words
      for (let turns = 0; turns < 1000; turns++) await turn()
    }
    expect(heard.words * 'word '.length).toBeLessThan(100_000)
    await reader?.cancel()
    await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
  })
})

test('events that show nothing cost the client no empty chunk', async () => {
  const run = runEvents()
  run.start()
  run.request(1)
  run.request(1, 2)
  run.reply(1, { text: 'Yes.' })
  run.end()
  const chunks: Uint8Array[] = []
  const events: readonly StreamEvent[] = run.list
  const { body } = toUIMessageStreamResponse(streamOf(events))
  for await (const chunk of body ?? []) chunks.push(chunk)
  expect(chunks.every(({ byteLength }) => byteLength > 0)).toBe(true)
  expect(chunks.length).toBe(5)
})
