import { generate } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const llama = '@cf/meta/llama-3.1-8b-instruct-fast'
const scout = '@cf/meta/llama-4-scout-17b-16e-instruct'
const output = z.object({ city: z.string() })
const lisbon = { city: 'Lisbon' }

const call = (script: Parameters<typeof scriptedBackend>[0], more: object = {}) => {
  const backend = scriptedBackend(script)
  const options = { backend, model: llama, messages: 'Where is Rossio?', output, ...more }
  return { backend, result: generate({ ...options, runtime: fakeRuntime() }) }
}

describe('one plain call with an output', () => {
  test('asks a model without JSON mode for a call', async () => {
    const script = [{ toolCalls: [{ toolName: 'final_answer', input: lisbon }] }]
    const { backend, result } = call(script, { instructions: 'Be exact.', temperature: 0 })
    expect(await result).toMatchObject({
      output: lisbon,
      text: '{"city":"Lisbon"}',
      toolCalls: [],
      usage: { requests: 1 },
    })
    expect(backend.requests[0]?.inputs).toMatchObject({
      tools: [{ function: { name: 'final_answer' } }],
      messages: [
        { role: 'system', content: 'Be exact.' },
        { role: 'user', content: 'Where is Rossio?' },
        { role: 'system', content: 'Answer now by calling `final_answer`, from what is known.' },
      ],
      temperature: 0,
    })
  })

  test('uses JSON mode where the model has it', async () => {
    const wire = { response: lisbon }
    const { backend, result } = call([{ wire, headers: { 'cf-ai-req-id': 'r1' } }], {
      model: scout,
    })
    expect(await result).toMatchObject({ output: lisbon, requestId: 'r1' })
    expect(backend.requests[0]?.inputs).toEqual({
      messages: [{ role: 'user', content: 'Where is Rossio?' }],
      max_tokens: 2048,
      response_format: {
        type: 'json_schema',
        json_schema: expect.objectContaining({ type: 'object', required: ['city'] }),
      },
    })
  })

  test('asks again, and sums what it cost', async () => {
    const { result } = call(['In Lisbon.', '{"city":[1,2]}', JSON.stringify(lisbon)])
    expect(await result).toMatchObject({ output: lisbon, usage: { requests: 3 } })
  })

  test('asks three times at most', async () => {
    const { backend, result } = call(['A', 'B', 'C'])
    await expect(result).rejects.toMatchObject({ code: 'model.no_output' })
    backend.assertComplete()
  })

  test('sends an image along', async () => {
    const { backend, result } = call([JSON.stringify(lisbon)], { image: [1, 2] })
    await result
    expect(backend.requests[0]?.inputs.image).toEqual([1, 2])
  })

  test('ends when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(call([], { signal }).result).rejects.toThrow('enough')
  })

  test.for([
    [{ messages: undefined, prompt: 'Hi' }, 'Expected `output` beside `messages`, got it beside'],
    [{ tools: [] }, 'Expected `output` without `tools`'],
    [{ prompt: 'Hi' }, 'Expected no `prompt` beside `messages`'],
  ] satisfies readonly (readonly [object, string])[])(
    'is refused with %o',
    async ([more, says]) => {
      await expect(call([], more).result).rejects.toMatchObject({
        code: 'config.input',
        message: expect.stringContaining(says),
      })
    },
  )
})
