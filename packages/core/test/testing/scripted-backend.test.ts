import { createAgent, generate, type Backend } from '@drover/core'
import { forbidModelRequests, scriptedBackend } from '@drover/core/testing'
import { afterEach, describe, expect, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

describe('a scripted backend', () => {
  test('answers in order and keeps what it was asked', async () => {
    const backend = scriptedBackend(['One.', 'Two.'])
    expect((await generate({ backend, model, prompt: 'a' })).text).toBe('One.')
    expect((await generate({ backend, model, prompt: 'b' })).text).toBe('Two.')
    expect(backend.requests.map(({ inputs }) => inputs.prompt)).toEqual(['a', 'b'])
    backend.assertComplete()
  })

  test('fails a request that the script has no reply for, and says so again at the end', async () => {
    const backend = scriptedBackend(['One.'])
    await generate({ backend, model, prompt: 'a' })
    await expect(generate({ backend, model, prompt: 'b' })).rejects.toMatchObject({
      code: 'test.unscripted',
      message: expect.stringContaining('has 1 replies, and request 2 came'),
    })
    expect(() => backend.assertComplete()).toThrow('1 requests came after')
  })

  test('says at the end that replies are left over', () => {
    expect(() => scriptedBackend(['One.', 'Two.']).assertComplete()).toThrow(
      '2 of the script’s'.replace('’', "'"),
    )
  })

  test('takes a function of the request, also one that waits', async () => {
    const backend = scriptedBackend([async ({ inputs }) => `You said ${inputs.prompt}.`])
    expect((await generate({ backend, model, prompt: 'hello' })).text).toBe('You said hello.')
  })

  test('sends a body as it would come over the wire', async () => {
    const wire = { choices: [{ message: { content: 'Hi.' }, finish_reason: 'stop' }] }
    const backend = scriptedBackend([{ wire, headers: { 'cf-ai-req-id': 'abc' } }])
    expect(await generate({ backend, model, prompt: 'a' })).toMatchObject({
      text: 'Hi.',
      requestId: 'abc',
    })
  })
})

describe('while model requests are forbidden', () => {
  let allow = (): void => {}
  afterEach(() => allow())
  const real: Backend = {
    name: 'real',
    send: () => Promise.resolve(Response.json({ response: 'Hi.' })),
  }

  test('a request to a real backend throws before it is sent, and a scripted one goes through', async () => {
    allow = forbidModelRequests()
    const agent = createAgent({ backend: real, model })
    await expect(agent.run('Hi')).rejects.toMatchObject({ code: 'test.unscripted' })
    const scripted = createAgent({ backend: scriptedBackend(['Hi.']), model })
    expect((await scripted.run('Hi')).text).toBe('Hi.')
  })

  test('the function it gives allows them again', async () => {
    forbidModelRequests()()
    expect((await createAgent({ backend: real, model }).run('Hi')).text).toBe('Hi.')
  })
})
