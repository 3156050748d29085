import { createAgent, type Backend } from '@drover/core'
import { recordingBackend, replayBackend, scriptedBackend } from '@drover/core/testing'
import { expect, test } from 'vitest'

test('a streamed run is recorded and replayed inside workerd', async () => {
  const run = async (backend: Backend): Promise<string> => {
    const agent = createAgent({ backend, model: '@cf/meta/llama-3.1-8b-instruct-fast' })
    return agent.stream('Olá?').text
  }
  const recording = recordingBackend(scriptedBackend(['Olá, tudo bem.']))
  expect(await run(recording)).toBe('Olá, tudo bem.')
  expect(recording.text()).toContain('"chunks"')
  const replay = replayBackend(recording.text())
  expect(await run(replay)).toBe('Olá, tudo bem.')
  replay.assertComplete()
})
