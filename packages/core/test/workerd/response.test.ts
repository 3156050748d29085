import { createAgent, type RunStream } from '@drover/core'
import { toResponse, toUIMessageStreamResponse } from '@drover/core/response'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

describe.each([
  ['events', (stream: RunStream) => toResponse(stream)],
  ['a UI message', (stream: RunStream) => toUIMessageStreamResponse(stream)],
])('in a Worker, a response of %s', (_name, respond) => {
  test('is whole', async () => {
    const backend = scriptedBackend(['It is warm in Lisbon: 26 °C.'])
    const text = await respond(createAgent({ backend, model }).stream('Is it warm?')).text()
    const said = Array.from(text.matchAll(/"(?:text|delta)":"([^"]*)"/g), ([, delta]) => delta)
    expect(said.join('')).toContain('It is warm in Lisbon: 26 °C.')
  })

  test('whose client leaves aborts the run', async () => {
    const backend = scriptedBackend([() => new Promise(() => {})])
    const stream = createAgent({ backend, model }).stream('Is it warm?')
    const reader = respond(stream).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await expect(stream.result).rejects.toMatchObject({ name: 'AbortError' })
  })
})
