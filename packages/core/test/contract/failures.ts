import { createAgent, isRunEvent, type RunEvent } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import { model, weather } from './subjects.ts'
import type { OpenScene, StagedReply } from './stage.ts'

const error = (
  code: number,
  status: number,
  message: string,
  retryAfter?: number,
): StagedReply => ({
  error: { code, status, message, ...(retryAfter !== undefined && { retryAfter }) },
})

const CAPACITY = error(3040, 429, 'Capacity temporarily exceeded, please try again.')

/** Each is answered four times at most, and told when it stays. */
const FAILURES: readonly {
  readonly name: string
  readonly reply: StagedReply
  readonly code: string
  readonly requests: 1 | 2 | 4
  readonly status?: number
  readonly says?: string
}[] = [
  {
    name: 'the service is out of capacity (3040)',
    reply: CAPACITY,
    code: 'http.capacity',
    requests: 4,
    status: 429,
  },
  {
    name: 'requests come too fast (429 without a code)',
    reply: { status: 429, body: 'Too many requests', contentType: 'text/plain' },
    code: 'http.rate_limited',
    requests: 4,
    status: 429,
  },
  {
    name: 'the request timed out (3007)',
    reply: error(3007, 408, 'Request timeout'),
    code: 'http.timeout',
    requests: 4,
    status: 408,
  },
  {
    name: 'the service fails (500)',
    reply: { status: 500, body: 'internal problem' },
    code: 'http.server',
    requests: 4,
    status: 500,
  },
  {
    name: 'the edge shows a page (502)',
    reply: { status: 502, body: `<html><body>${'Bad gateway '.repeat(500)}</body></html>` },
    code: 'http.server',
    requests: 4,
    status: 502,
    says: 'Bad gateway',
  },
  { name: 'the connection breaks', reply: { fault: 'cut' }, code: 'http.network', requests: 4 },
  {
    name: 'the connection breaks inside the answer',
    reply: { fault: 'half' },
    code: 'http.network',
    requests: 4,
  },
  {
    name: 'the model runner fails (8005)',
    reply: error(8005, 500, 'Internal Server Error'),
    code: 'http.server',
    requests: 2,
    status: 500,
  },
  {
    name: 'the inference timed out (3046)',
    reply: error(3046, 408, 'Request timeout'),
    code: 'http.timeout',
    requests: 2,
    status: 408,
  },
  {
    name: 'a success holds a page',
    reply: { status: 200, body: '<html>Welcome</html>' },
    code: 'http.protocol',
    requests: 2,
    status: 200,
  },
  {
    name: 'a success holds half a JSON text',
    reply: { status: 200, body: '{"response":"Par', contentType: 'application/json' },
    code: 'http.protocol',
    requests: 2,
    status: 200,
  },
  {
    name: 'a success holds nothing',
    reply: { status: 200, body: '', contentType: 'application/json' },
    code: 'http.protocol',
    requests: 2,
    status: 200,
  },
  {
    name: 'the model says nothing',
    reply: { result: { response: '', tool_calls: [] } },
    code: 'model.empty',
    requests: 2,
  },
  {
    name: 'the daily allocation is used up (3036)',
    reply: error(3036, 429, 'You have used up your daily free allocation'),
    code: 'http.quota',
    requests: 1,
    status: 429,
    says: '00:00 UTC',
  },
  {
    name: 'the daily allocation is used up (4006)',
    reply: error(4006, 429, 'you have used up your daily free allocation of 10,000 neurons'),
    code: 'http.quota',
    requests: 1,
    status: 429,
    says: '00:00 UTC',
  },
  {
    name: 'the inputs break the schema (5006)',
    reply: error(5006, 400, "Error: required properties at '/' are 'messages'"),
    code: 'http.bad_request',
    requests: 1,
    status: 400,
    says: 'required properties',
  },
  {
    name: 'the model does not exist (5007)',
    reply: error(5007, 400, 'No such model or task'),
    code: 'http.not_found',
    requests: 1,
    status: 400,
    says: 'model id',
  },
  {
    name: 'the context window is exceeded (5021)',
    reply: error(
      5021,
      413,
      'The estimated number of input and maximum output tokens (8810) exceeded this model context window limit (8192)',
    ),
    code: 'http.context_window',
    requests: 1,
    status: 413,
    says: 'maxTokens',
  },
  {
    name: 'the model is retired (5028)',
    reply: error(
      5028,
      400,
      'This model was deprecated on 2026-05-30. Please use an alternative model',
    ),
    code: 'model.retired',
    requests: 1,
    status: 400,
    says: '@cf/',
  },
  {
    name: 'the token is wrong (10000)',
    reply: error(10_000, 401, 'Authentication error'),
    code: 'http.auth',
    requests: 1,
    status: 401,
    says: 'API token',
  },
  {
    name: 'the runner refuses the input (8001)',
    reply: error(8001, 400, 'Invalid input'),
    code: 'http.bad_request',
    requests: 1,
    status: 400,
  },
  {
    name: 'the prompt is refused (8007)',
    reply: error(8007, 400, 'Prompt was flagged as NSFW'),
    code: 'model.refused',
    requests: 1,
    status: 400,
  },
  {
    name: 'a success says it is none',
    reply: {
      status: 200,
      body: '{"success":false,"errors":[{"code":5006,"message":"Bad input"}],"result":{}}',
      contentType: 'application/json',
    },
    code: 'http.bad_request',
    requests: 1,
  },
]

/** Whether, when and how often a failed request is sent again, and what is thrown in the end. */
export function describeFailures(open: OpenScene): void {
  describe('it fails with its own code, after as many requests as can help, when', () => {
    test.for(FAILURES)('$name', async ({ reply, code, requests, status, says = '' }) => {
      await using scene = await open([reply, reply, reply, reply, 'Too late.'])
      const runtime = fakeRuntime()
      const run = createAgent({ backend: scene.backend, model, runtime }).run('Hi')
      const thrown = await run.then(
        () => undefined,
        (caught: unknown) => caught,
      )
      expect(thrown).toMatchObject({ name: 'BackendError', code, retryable: requests > 1 })
      expect(Object(thrown).status).toBe(status)
      expect(String(thrown)).toContain(says)
      expect(String(thrown).length).toBeLessThan(700)
      expect(await scene.requests()).toHaveLength(requests)
      expect(runtime.waits).toHaveLength(requests - 1)
    })
  })

  describe('a request is sent again', () => {
    test('after a wait that grows, until it is answered', async () => {
      await using scene = await open([CAPACITY, CAPACITY, CAPACITY, 'Hello.'])
      const runtime = fakeRuntime({ random: 0.5 })
      const result = await createAgent({ backend: scene.backend, model, runtime }).run('Hi')
      expect(result.text).toBe('Hello.')
      expect(runtime.waits).toEqual([250, 500, 1000])
      expect(result.steps[0]?.attempts).toBe(4)
      expect(result.usage.requests).toBe(1)
    })

    test('exactly as it was', async () => {
      await using scene = await open([CAPACITY, 'Hello.'])
      const runtime = fakeRuntime()
      await createAgent({ backend: scene.backend, model, tools: [weather], runtime }).run('Hi')
      const [first, second] = await scene.requests()
      expect(second?.inputs).toEqual(first?.inputs)
    })

    test('after the time the service asks for, and up to a tenth more', async () => {
      await using scene = await open([error(3040, 429, 'Capacity', 7), 'Hello.'])
      const runtime = fakeRuntime({ random: 0.5 })
      await createAgent({ backend: scene.backend, model, runtime }).run('Hi')
      expect(runtime.waits).toEqual([7350])
    })

    test('not where the service asks for more than a minute, which the error then tells', async () => {
      await using scene = await open([error(3040, 429, 'Capacity', 3600)])
      const run = createAgent({ backend: scene.backend, model, runtime: fakeRuntime() }).run('Hi')
      await expect(run).rejects.toMatchObject({ code: 'http.capacity', retryAfterMs: 3_600_000 })
      expect(await scene.requests()).toHaveLength(1)
    })

    test('after a broken connection', async () => {
      await using scene = await open([{ fault: 'cut' }, 'Hello.'])
      const result = await createAgent({
        backend: scene.backend,
        model,
        runtime: fakeRuntime(),
      }).run('Hi')
      expect(result.text).toBe('Hello.')
    })

    test('in the middle of a run, without running a tool again', async () => {
      await using scene = await open([
        { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
        CAPACITY,
        'Warm.',
      ])
      const { backend } = scene
      const agent = createAgent({ backend, model, tools: [weather], runtime: fakeRuntime() })
      const result = await agent.run('Lisbon?')
      expect(result.text).toBe('Warm.')
      expect(result.events.filter((event) => event.type === 'tool-call')).toHaveLength(1)
    })

    test('and every failure stands in the list of events', async () => {
      await using scene = await open([CAPACITY, error(10_000, 401, 'Authentication error')])
      const { backend } = scene
      const stream = createAgent({ backend, model, runtime: fakeRuntime() }).stream('Hi')
      const events: RunEvent[] = []
      const read = async (): Promise<void> => {
        for await (const event of stream) if (isRunEvent(event)) events.push(event)
      }
      await expect(read()).rejects.toMatchObject({ code: 'http.auth' })
      expect(events.map((event) => event.type)).toEqual([
        'run-start',
        'model-request',
        'model-error',
        'model-request',
        'model-error',
        'run-end',
      ])
      expect(events.at(-1)).toMatchObject({ stopReason: 'error', error: { code: 'http.auth' } })
    })
  })

  test('a run that reached its steps keeps its outcome where the closing call fails', async () => {
    await using scene = await open([
      { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] },
      error(5006, 400, 'Bad input'),
    ])
    const { backend } = scene
    const result = await createAgent({ backend, model, tools: [weather], maxSteps: 1 }).run(
      'Lisbon?',
    )
    expect(result.stopReason).toBe('max-steps')
  })
}
