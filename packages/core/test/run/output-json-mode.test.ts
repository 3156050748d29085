import { describe, expect, test } from 'vitest'
import { ask, final, lisbon, llama33, look, toolNames } from './report-run.ts'

describe('JSON mode', () => {
  const json = { wire: { response: lisbon } }
  const format = expect.objectContaining({
    type: 'json_schema',
    json_schema: expect.objectContaining({ type: 'object', required: ['city', 'celsius'] }),
  })

  test('is used where no tools are offered, and never streamed', async () => {
    const { backend, agent } = ask([json], { model: llama33, tools: [], stream: 'always' })
    const result = await agent.run('21 degrees in Lisbon')
    expect(result.output).toEqual(lisbon)
    const { inputs } = backend.requests[0] ?? {}
    expect(inputs).toMatchObject({ response_format: format })
    expect(inputs).not.toHaveProperty('tools')
    expect(inputs).not.toHaveProperty('stream')
  })

  test('is used for the last call of a run with tools', async () => {
    const { backend, agent } = ask([look, json], { model: llama33, maxSteps: 1 })
    expect(await agent.run('Lisbon?')).toMatchObject({ output: lisbon, stopReason: 'max-steps' })
    expect(backend.requests[0]?.inputs).not.toHaveProperty('response_format')
    expect(backend.requests[1]?.inputs).toMatchObject({ response_format: format })
    expect(backend.requests[1]?.inputs).not.toHaveProperty('tools')
  })

  test('that could not be met gives way to the call', async () => {
    const failed = { errors: [{ code: 5024, message: "JSON Mode couldn't be met" }] }
    const script = [{ wire: failed, status: 400 }, 'Warm.', final(lisbon)]
    const { backend, agent } = ask(script, { model: llama33, tools: [] })
    expect((await agent.run('Lisbon?')).output).toEqual(lisbon)
    expect(backend.requests.map(({ inputs }) => 'response_format' in inputs)).toEqual([
      true,
      false,
      false,
    ])
  })

  test('is left alone where a profile says that there is none', async () => {
    const options = { model: llama33, tools: [], profile: { jsonMode: false } }
    const { backend, agent } = ask([final(lisbon)], options)
    await agent.run('Lisbon?')
    expect(toolNames(backend.requests[0]?.inputs ?? {})).toEqual(['final_answer'])
  })
})
