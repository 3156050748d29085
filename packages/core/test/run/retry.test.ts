import {
  BackendError,
  createAgent,
  DroverError,
  isRunEvent,
  type RunEvent,
  type Runtime,
} from '@drover/core'
import { fakeRuntime, scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'

const failing = (status: number, code: number, message = 'no', headers = {}): ScriptEntry => ({
  wire: { errors: [{ code, message }], success: false, result: {}, messages: [] },
  status,
  headers,
})
const busy = failing(429, 3040, 'Capacity temporarily exceeded, please try again.')

const run = async (script: ScriptEntry[], options: Parameters<typeof fakeRuntime>[0] = {}) => {
  const runtime = fakeRuntime(options)
  const backend = scriptedBackend(script)
  const events: RunEvent[] = []
  const stream = createAgent({ backend, model, runtime }).stream('Hi')
  let error: unknown
  try {
    for await (const event of stream) if (isRunEvent(event)) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  return { events, error, backend, waits: runtime.waits, last: events.at(-1) }
}

describe('a request that fails for the moment', () => {
  test('is sent again, after a random time that doubles its bound', async () => {
    const { last, waits, events } = await run([busy, busy, busy, 'Here.'], { random: 1 })
    expect(last).toMatchObject({ type: 'run-end', stopReason: 'answer', text: 'Here.' })
    expect(waits).toEqual([500, 1000, 2000])
    const failures = events.filter((event) => event.type === 'model-error')
    expect(failures.map(({ attempt, retryInMs }) => [attempt, retryInMs])).toEqual([
      [1, 500],
      [2, 1000],
      [3, 2000],
    ])
  })

  test('is given up after four attempts, with the service’s own words', async () => {
    const { error, backend, last } = await run([busy, busy, busy, busy])
    expect(backend.requests).toHaveLength(4)
    expect(error).toBeInstanceOf(BackendError)
    expect(error).toMatchObject({
      code: 'http.capacity',
      serviceCode: 3040,
      status: 429,
      retryable: true,
    })
    expect(last).toMatchObject({ type: 'run-end', stopReason: 'error', text: '' })
  })

  test('waits exactly as long as the service asks, and up to a tenth more', async () => {
    const asked = failing(429, 2003, 'slow down', { 'retry-after': '7' })
    expect((await run([asked, 'Here.'], { random: 0 })).waits).toEqual([7000])
    expect((await run([asked, 'Here.'], { random: 1 })).waits).toEqual([7700])
  })

  test.each([
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, [9000]],
    ['milliseconds', { 'retry-after-ms': '1500' }, [1500]],
    ['a past date', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, [0]],
    ['something unreadable', { 'retry-after': 'soon' }, [0]],
    ['a negative number', { 'retry-after': '-5' }, [0]],
  ])('understands a Retry-After that is %s', async (_what, headers, waits) => {
    const ran = await run([failing(503, 0, 'later', headers), 'Here.'], { random: 0 })
    expect(ran.waits).toEqual(waits)
    expect(ran.last).toMatchObject({ text: 'Here.' })
  })

  test('is not waited for longer than a minute: the error says how long it would be', async () => {
    const { error, waits } = await run([failing(429, 2003, 'later', { 'retry-after': '120' })])
    expect(waits).toEqual([])
    expect(error).toMatchObject({ code: 'http.rate_limited', retryAfterMs: 120_000 })
  })

  test('reaches nobody: the cause is kept, and it is sent again', async () => {
    const refused = Object.assign(new TypeError('fetch failed'), {
      cause: new Error('connect ECONNREFUSED 127.0.0.1:1'),
    })
    const { error, backend } = await run([refused, refused, refused, refused])
    expect(backend.requests).toHaveLength(4)
    expect(error).toMatchObject({ code: 'http.network', cause: refused })
    expect((error as Error).message).toContain('ECONNREFUSED')
  })
})

describe('a request that fails for good', () => {
  test.each([
    [
      'the daily allocation',
      429,
      4006,
      'you have used up your daily free allocation',
      'http.quota',
    ],
    ['the daily allocation in the documented code', 429, 3036, 'account limited', 'http.quota'],
    ['a schema violation', 400, 5006, 'AiError: Bad input: Error: oneOf', 'http.bad_request'],
    ['a bad token', 401, 10000, 'Authentication error', 'http.auth'],
    ['a retired model', 410, 5028, 'This model was deprecated on 2026-05-30', 'model.retired'],
    [
      'a full window',
      413,
      5021,
      'exceeded this model context window limit (8192)',
      'http.context_window',
    ],
  ])('is sent once: %s', async (_what, status, code, message, expected) => {
    const { error, backend, waits } = await run([failing(status, code, message)])
    expect(backend.requests).toHaveLength(1)
    expect(waits).toEqual([])
    expect(error).toMatchObject({ code: expected, retryable: false, serviceCode: code })
  })

  test('says when a spent allocation is renewed', async () => {
    const now = Date.UTC(2026, 0, 1, 21)
    const { error } = await run([failing(429, 4006, 'daily free allocation')], { now })
    expect(error).toMatchObject({ retryAfterMs: 3 * 3_600_000 })
    expect((error as Error).message).toContain('00:00 UTC')
  })

  test('names the live replacement of a retired model', async () => {
    const backend = scriptedBackend([failing(400, 5028, 'This model was deprecated on 2026-05-30')])
    const agent = createAgent({ backend, model: '@cf/meta/llama-3.1-70b-instruct' })
    await expect(agent.run('Hi')).rejects.toThrow('`@cf/meta/llama-3.3-70b-instruct-fp8-fast`')
  })
})

describe('an answer that is unclear', () => {
  const page: ScriptEntry = {
    wire: '<html>Welcome</html>',
    headers: { 'content-type': 'text/html' },
  }
  test.each([
    ['a page', page, 'http.protocol'],
    ['half a JSON text', { wire: '{"response":"Hel' }, 'http.protocol'],
    ['nothing', { wire: '' }, 'http.protocol'],
    ['an empty reply', { wire: {} }, 'model.empty'],
    ['null as a reply', { wire: { response: null } }, 'model.empty'],
    ['an inner failure', failing(500, 8005, 'Internal Server Error'), 'http.server'],
    ['a code nobody knows', { wire: { internalCode: 9999, description: 'odd' } }, 'http.protocol'],
  ] satisfies [string, ScriptEntry, string][])(
    'is asked for once more: %s',
    async (_what, entry, code) => {
      const twice = await run([entry, entry])
      expect(twice.backend.requests).toHaveLength(2)
      expect(twice.error).toMatchObject({ code })
      expect((await run([entry, 'Here.'])).last).toMatchObject({ text: 'Here.' })
    },
  )

  test('is a failure where a 200 says that it did not succeed', async () => {
    const { error, backend } = await run([failing(200, 5007, 'No such model')])
    expect(backend.requests).toHaveLength(1)
    expect(error).toMatchObject({ code: 'http.not_found' })
  })

  test('shows at most 300 characters of a page, without control characters', async () => {
    const wire = `<html>\u001b[31m${'x'.repeat(5000)}`
    const { error } = await run([
      { wire, status: 502 },
      { wire, status: 502 },
      { wire, status: 502 },
      { wire, status: 502 },
    ])
    expect((error as Error).message.length).toBeLessThan(400)
    expect((error as Error).message).not.toContain('\u001b')
  })
})

describe('an abort', () => {
  const reason = new Error('enough')

  test('before the run sends nothing', async () => {
    const backend = scriptedBackend(['Never.'])
    const run = createAgent({ backend, model }).run('Hi', { signal: AbortSignal.abort(reason) })
    await expect(run).rejects.toBe(reason)
    expect(backend.requests).toHaveLength(0)
  })

  test('during a request rethrows its own reason, and nothing is sent again', async () => {
    const controller = new AbortController()
    const backend = scriptedBackend([
      () => {
        controller.abort(reason)
        return new Promise(() => {})
      },
      'Never.',
    ])
    const run = createAgent({ backend, model }).run('Hi', { signal: controller.signal })
    await expect(run).rejects.toBe(reason)
    expect(backend.requests).toHaveLength(1)
  })

  test('in the wait between two attempts ends the wait', async () => {
    const controller = new AbortController()
    const runtime = { ...fakeRuntime(), setTimer: () => () => {} }
    const backend = scriptedBackend([busy, 'Never.'])
    const stream = createAgent({ backend, model, runtime }).stream('Hi', {
      signal: controller.signal,
    })
    const result = stream.result.catch((error: unknown) => error)
    await expect(async () => {
      for await (const event of stream) {
        if (event.type === 'model-error') queueMicrotask(() => controller.abort(reason))
      }
    }).rejects.toBe(reason)
    expect(await result).toBe(reason)
    expect(backend.requests).toHaveLength(1)
  })

  test('with a reason that is no error rethrows it as it is', async () => {
    const controller = new AbortController()
    const backend = scriptedBackend([
      () => {
        controller.abort('just because')
        return new Promise(() => {})
      },
    ])
    const run = createAgent({ backend, model }).run('Hi', { signal: controller.signal })
    await expect(run).rejects.toBe('just because')
  })
})

test('what a backend says in our own words is final', async () => {
  const wrong = new DroverError('config.model', 'no such path')
  const { error, backend } = await run([wrong])
  expect(error).toBe(wrong)
  expect(backend.requests).toHaveLength(1)
})

test('what a backend says in our own words is final after another failure too', async () => {
  const wrong = new DroverError('config.model', 'no such path')
  const { error, backend } = await run([busy, wrong, 'Never.'])
  expect(error).toBe(wrong)
  expect(backend.requests).toHaveLength(2)
})

test('a runtime may call back before it gives the timer', async () => {
  const setTimer: Runtime['setTimer'] = (callback, _ms, purpose) => {
    if (purpose !== 'limit') callback()
    return () => {}
  }
  const backend = scriptedBackend([busy, 'Here.'])
  const agent = createAgent({ backend, model, runtime: { ...fakeRuntime(), setTimer } })
  expect((await agent.run('Hi')).text).toBe('Here.')
})

test('where a backend has secrets, none is in the cause of a failure', async () => {
  const cause = Object.assign(new Error('cannot send Bearer s3cret'), {
    request: { headers: { authorization: 'Bearer s3cret' } },
  })
  const backend = {
    ...scriptedBackend([cause, cause, cause, cause]),
    redact: (text: string): string => text.replaceAll('s3cret', '[secret]'),
  }
  const agent = createAgent({ backend, model, runtime: fakeRuntime() })
  const error: unknown = await agent.run('Hi').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ cause: { message: 'cannot send Bearer [secret]' } })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
})

test('a small answer that unpacks to a huge one is not read to its end', async () => {
  let chunks = 0
  const send = async (): Promise<Response> => {
    const pull = (controller: ReadableStreamDefaultController): void => {
      // Eighty would be past the limit by far.
      if (++chunks > 80) controller.close()
      else controller.enqueue(new Uint8Array(1024 * 1024))
    }
    const headers = { 'content-encoding': 'gzip', 'content-length': '1000' }
    return new Response(new ReadableStream({ pull }), { headers })
  }
  const run = createAgent({ backend: { name: 'bomb', send }, model }).run('Hi')
  await expect(run).rejects.toMatchObject({ code: 'security.limit' })
  expect(chunks).toBeLessThan(70)
})

test('an answer that is too large is given up although its source never takes the news', async () => {
  let bodies = 0
  const send = async (): Promise<Response> => {
    bodies++
    const pull = (controller: ReadableStreamDefaultController): void =>
      controller.enqueue(new Uint8Array(16 * 1024 * 1024))
    const cancel = (): Promise<void> => new Promise(() => {})
    return new Response(new ReadableStream({ pull, cancel }))
  }
  const run = createAgent({ backend: { name: 'deaf', send }, model }).run('Hi')
  await expect(run).rejects.toMatchObject({ code: 'security.limit' })
  expect(bodies).toBe(1)
})

test('a failure that another copy of the library found is told with all that is known of it', async () => {
  const details = { code: 'http.capacity', retryable: true, status: 429, serviceCode: 3040 }
  const theirs = Object.assign(new Error('no room'), details, {
    [Symbol.for('drover.error')]: true,
  })
  expect((await run([theirs])).last).toMatchObject({ error: { ...details, message: 'no room' } })
})
