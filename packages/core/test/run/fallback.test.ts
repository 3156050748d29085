import {
  approve,
  createAgent,
  isRunEvent,
  tool,
  type AgentOptions,
  type RunEvent,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { streamed } from './streamed.ts'

const small = '@cf/meta/llama-3.3-70b-instruct-fp8-fast' // 24,000 tokens
const seed = '@cf/meta/llama-3.1-8b-instruct-fast' // 128,000
const glm = '@cf/zai-org/glm-4.7-flash' // 131,072
const look = tool({
  name: 'look',
  description: 'Looks again',
  input: z.object({ where: z.string() }),
  execute: () => 'Nothing new.',
})

const failing = (status: number, code: number, message = 'no'): ScriptEntry => ({
  wire: { errors: [{ code, message }], success: false, result: {}, messages: [] },
  status,
})
const retired = failing(400, 5028, 'This model was deprecated on 2026-11-01.')
const tooLong = failing(413, 5021, 'This model context window limit (24000) was exceeded')
const calling: ScriptEntry = {
  toolCalls: [
    { toolName: 'look', input: { where: 'here' } },
    { toolName: 'look', input: { where: 'there' } },
  ],
}

const run = async (script: ScriptEntry[], options: Partial<AgentOptions> = {}) => {
  const backend = scriptedBackend(script)
  const runtime = fakeRuntime()
  const agent = createAgent({ backend, model: small, fallback: [seed, glm], runtime, ...options })
  const stream = agent.stream('Hi')
  const events: RunEvent[] = []
  let error: unknown
  try {
    for await (const event of stream) if (isRunEvent(event)) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  const asked = backend.requests.map(({ model }) => model)
  return { asked, events, error, backend, last: events.at(-1), waits: runtime.waits }
}

describe('a model that cannot answer', () => {
  test.each<[string, ScriptEntry]>([
    ['is retired', retired],
    ['is not there', failing(400, 5007)],
    ['is not for this account', failing(403, 5035)],
  ])('is left at once for the next one where it %s', async (_what, failure) => {
    const { asked, last, waits } = await run([failure, 'Here.'])
    expect(asked).toEqual([small, seed])
    expect(last).toMatchObject({ type: 'run-end', stopReason: 'answer', text: 'Here.' })
    expect(waits).toEqual([])
  })

  test.each<[string, ScriptEntry, number]>([
    ['has no capacity', failing(429, 3040), 4],
    ['fails', failing(500, 8005), 2],
    ['says nothing', { text: '' }, 2],
  ])('is left for the next one after its retries where it %s', async (_what, failure, attempts) => {
    const failures = Array.from({ length: attempts }, () => failure)
    const { asked, last } = await run([...failures, 'Here.'])
    expect(asked).toEqual([...failures.map(() => small), seed])
    expect(last).toMatchObject({ stopReason: 'answer', text: 'Here.' })
  })

  test('is left for one whose window is larger where the conversation is too long for it', async () => {
    const { asked } = await run([tooLong, 'Here.'], { fallback: [small, glm] })
    expect(asked).toEqual([small, glm])
  })

  test('is not left for one whose window is no larger', async () => {
    const { asked, error } = await run([tooLong], { model: seed, fallback: [small] })
    expect(asked).toEqual([seed])
    expect(error).toMatchObject({ code: 'http.context_window' })
  })

  test('is left for one after the other, and the last one’s error is the run’s', async () => {
    const { asked, error } = await run([retired, failing(400, 5007), failing(403, 5035)])
    expect(asked).toEqual([small, seed, glm])
    expect(error).toMatchObject({ code: 'http.forbidden' })
  })

  test('is not asked again in the run', async () => {
    const { asked } = await run([retired, calling, 'Here.'], { tools: [look] })
    expect(asked).toEqual([small, seed, seed])
  })

  test('is asked again in the next run', async () => {
    const backend = scriptedBackend([retired, 'One.', 'Two.'])
    const agent = createAgent({ backend, model: small, fallback: [seed], runtime: fakeRuntime() })
    await agent.run('Hi')
    await agent.run('Hi')
    expect(backend.requests.map(({ model }) => model)).toEqual([small, seed, small])
  })
})

test.each<[string, ScriptEntry, string]>([
  ['wrong credentials', failing(401, 10000), 'http.auth'],
  ['the spent daily allocation', failing(429, 4006), 'http.quota'],
  ['refused content', failing(400, 3030), 'model.refused'],
  ['bad inputs', failing(400, 5006), 'http.bad_request'],
])('no other model is asked after %s', async (_what, failure, code) => {
  const { asked, error } = await run([failure])
  expect(asked).toEqual([small])
  expect(error).toMatchObject({ code })
})

test('the events tell which model was asked, which failed and which answered', async () => {
  const { events } = await run([retired, 'Here.'])
  const told = events.map((event) => [event.type, 'model' in event ? event.model : undefined])
  expect(told).toEqual([
    ['run-start', small],
    ['model-request', small],
    ['model-error', undefined],
    ['model-request', seed],
    ['model-reply', undefined],
    ['run-end', undefined],
  ])
  const attempts = events.flatMap((event) => (event.type === 'model-request' ? event.attempt : []))
  expect(attempts).toEqual([1, 2])
  expect(events.find(({ type }) => type === 'model-reply')).toMatchObject({ attempt: 2 })
})

test('the next model gets the whole conversation in its own form', async () => {
  const { backend } = await run([calling, retired, 'Here.'], {
    model: seed,
    fallback: [glm],
    tools: [look],
  })
  const roles = backend.requests.map(({ inputs }) => inputs.messages?.map(({ role }) => role))
  // Llama 3's template has one call a turn; the others get the turn as it was.
  expect(roles[1]).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  expect(roles[2]).toEqual(['user', 'assistant', 'tool', 'tool'])
  expect(backend.requests[2]?.inputs.max_tokens).toBe(4096)
  expect(backend.requests[2]?.inputs.tools).toHaveLength(1)
})

test('the step tells the model that answered it', async () => {
  const backend = scriptedBackend([retired, 'Here.'])
  const agent = createAgent({ backend, model: small, fallback: [seed], runtime: fakeRuntime() })
  expect((await agent.run('Hi')).steps[0]).toMatchObject({ model: seed, attempts: 2 })
})

test('a run that is resumed stays with the model it moved on to', async () => {
  const pay = tool({
    name: 'pay',
    description: 'Pays',
    input: z.object({}),
    approval: true,
    execute: () => 'Paid.',
  })
  const backend = scriptedBackend([retired, { toolCalls: [{ toolName: 'pay' }] }, 'Done.'])
  const options = { backend, model: small, fallback: [seed], tools: [pay] }
  const agent = createAgent({ ...options, runtime: fakeRuntime() })
  const { events, approvals } = await agent.run('Pay.')
  const result = await agent.run({ events, decisions: approvals.map(approve) })
  expect(result.text).toBe('Done.')
  expect(backend.requests.map(({ model }) => model)).toEqual([small, seed, seed])
})

describe('a list of models', () => {
  const warnings: string[] = []
  const ignore = (): void => {}
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_fields: object, message: string) => void warnings.push(message),
  }

  test('leaves out what is known to be retired, and says so in the log', async () => {
    const gone = '@hf/nousresearch/hermes-2-pro-mistral-7b'
    const { asked } = await run(['Here.'], { model: gone, fallback: [seed], log })
    expect(asked).toEqual([seed])
    expect(warnings.join()).toContain('was retired on 2026-05-30')
  })

  test('is refused where all are retired', () => {
    const backend = scriptedBackend([])
    const [model, other] = ['@cf/microsoft/phi-2', '@cf/meta/llama-3-8b-instruct'] as const
    expect(() => createAgent({ backend, model, fallback: [other] })).toThrow('glm-4.7-flash')
  })

  test.each<[unknown, string]>([
    ['@cf/zai-org/glm-4.7-flash', '`fallback`'],
    [['@cf/zai-org/glm-4.7-flahs'], 'Did you mean `@cf/zai-org/glm-4.7-flash`?'],
    [[null], '`model`'],
    [[{ model: '@cf/new/model', profile: { maxTokens: 0 } }], '`profile.maxTokens`'],
  ])('is refused where it is %j', (fallback, message) => {
    const options = { backend: scriptedBackend([]), model: seed, fallback: fallback as string[] }
    expect(() => createAgent(options)).toThrow(message)
  })

  test('takes a profile beside the name of a model that Drover does not know', async () => {
    const unknown = { model: '@cf/new/model', profile: { maxTokens: 99 } }
    const { asked, backend } = await run([retired, 'Here.'], { fallback: [unknown] })
    expect(asked).toEqual([small, '@cf/new/model'])
    expect(backend.requests[1]?.inputs.max_tokens).toBe(99)
  })
})

test('what was shown of a reply that failed is void before the next model speaks', async () => {
  const broken: ScriptEntry = () =>
    streamed(['I begin ', { errors: [{ code: 8005, message: 'no' }] }])
  const backend = scriptedBackend([broken, broken, 'Here.'])
  const agent = createAgent({ backend, model: seed, fallback: [glm], runtime: fakeRuntime() })
  const shown: string[] = []
  for await (const event of agent.stream('Hi')) {
    if (event.type === 'text-delta') shown.push(event.text)
    if (event.type === 'reply-reset') shown.push('RESET')
  }
  expect(shown.join('')).toBe('I begin RESETI begin RESETHere.')
})
