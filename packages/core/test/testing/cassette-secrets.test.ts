import { createAgent, tool, type Backend, type RunEvent } from '@drover/core'
import { fakeRuntime, recordingBackend, replayBackend, scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
/** Told to the recording as a secret. Every sign that some encoding writes otherwise is in it. */
const known = 'cnry/7f+3a9 "Zq&\\é=41b0'
/** Told to nobody: found by where it stands. */
const unknown = 'cnry8d21e6f0b7'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** How a text can be found again, however it is written. */
const traces = (secret: string): readonly string[] => {
  const inner = JSON.stringify(secret).slice(1, -1)
  const encoded = encodeURIComponent(secret)
  return [
    secret,
    inner,
    JSON.stringify(inner).slice(1, -1),
    encoded,
    encoded.toLowerCase(),
    ...[0, 1, 2].map((shift) => base64('x'.repeat(shift) + secret).slice(4, -4)),
    ...[0, 1, 2].map((shift) =>
      Buffer.from('x'.repeat(shift) + secret)
        .toString('base64url')
        .slice(4, -4),
    ),
  ]
}

const sse = (...events: readonly object[]): string =>
  `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`

/** An answer in chunks of so many bytes. */
const streamed = (text: string, size: number): Response => {
  const bytes = Buffer.from(text)
  let from = 0
  const body = new ReadableStream({
    pull: (controller) => {
      if (from >= bytes.length) return controller.close()
      controller.enqueue(new Uint8Array(bytes.subarray(from, (from += size))))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

const nested = (depth: number, value: unknown): unknown =>
  depth === 0 ? value : { inside: [nested(depth - 1, value)] }

/** Where a secret stands: in what is asked, or in what comes back. */
interface Place {
  readonly asked?: unknown
  readonly answer?: () => Response
  readonly error?: Error
}
const asked = (value: unknown): Place => ({ asked: value })
const answered = (answer: () => Response): Place => ({ answer })

const half = Math.floor(known.length / 2)
const [head, tail] = [known.slice(0, half), known.slice(half)]

const places: Readonly<Record<string, Place>> = {
  'in a prompt': asked({ prompt: `Use ${known} now` }),
  'in a message, JSON in text': asked({
    messages: [{ role: 'user', content: JSON.stringify({ note: known }) }],
  }),
  'as a key': asked({ prompt: 'Hi', extra: { [known]: 1 } }),
  'eight levels deep': asked({ prompt: 'Hi', extra: nested(8, known) }),
  'in base64': asked({ prompt: `data ${base64(known)} end` }),
  'in base64 after others': asked({ prompt: `Basic ${base64(`someone:${known}`)}` }),
  'in base64 for addresses': asked({ prompt: Buffer.from(`u${known}`).toString('base64url') }),
  'in an address': asked({ prompt: `https://x.test/?q=${encodeURIComponent(known)}` }),
  'in an address, lower case': asked({
    prompt: `https://x.test/?q=${encodeURIComponent(known).replace(/%../g, (code) => code.toLowerCase())}`,
  }),
  'in an address in an address': asked({
    prompt: `https://x.test/?u=${encodeURIComponent(encodeURIComponent(known))}`,
  }),
  'in a form': asked({ prompt: new URLSearchParams({ q: known }).toString() }),
  'as the value of a field': asked({ prompt: 'Hi', extra: { apiKey: unknown } }),
  'as a list under a field': asked({ prompt: 'Hi', extra: { Cookies: [unknown, [unknown]] } }),
  'as an object under a field': asked({ prompt: 'Hi', extra: { secret: { value: unknown } } }),
  'in the input of a call': asked({
    messages: [
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { arguments: JSON.stringify({ password: unknown }) } }],
      },
    ],
  }),
  'in a leaked call': asked({
    messages: [{ role: 'assistant', content: `Call {"name":"login","pass_word":"${unknown}"}` }],
  }),
  'in a bearer token in prose': asked({ prompt: `curl -H "Authorization: Bearer ${unknown}"` }),
  'in a header line': asked({ prompt: `GET /\ncookie: sid=${unknown}; a=b\naccept: */*` }),
  'in the query of an address': asked({ prompt: `https://x.test/?a=1&api_key=${unknown}&b=2` }),
  'as the user of an address': asked({ prompt: `https://me:${unknown}@x.test/` }),
  'as an account in an address': asked({ prompt: `/client/v4/accounts/${unknown}/ai/run` }),
  'in a call written as code': asked({ prompt: `login(user="me", token='${unknown}')` }),
  'in a chosen field': asked({ prompt: 'Hi', extra: { Diagnosis: unknown } }),
  'in a header of an answer': answered(() =>
    Response.json({ response: 'Hi' }, { headers: { 'set-cookie': unknown, 'x-api-key': unknown } }),
  ),
  'in a kept header': answered(() =>
    Response.json(
      { response: 'Hi' },
      { headers: { 'cf-ai-req-id': `id-${encodeURIComponent(known)}` } },
    ),
  ),
  'in an answer': answered(() => Response.json({ response: `It is ${known}`, token: unknown })),
  'in an error of the service': answered(() =>
    Response.json({ errors: [{ code: 5006, message: `bad ${known}` }] }, { status: 400 }),
  ),
  'in a page': answered(() => new Response(`<p>${known} token=${unknown}</p>`, { status: 502 })),
  'in a network error': { error: new TypeError('fetch failed', { cause: new Error(known) }) },
  'in a stream': answered(() => streamed(sse({ response: known }), 10_000)),
  'cut by every byte of a stream': answered(() => streamed(sse({ response: known }), 1)),
  'cut by two chunks of a stream': answered(() => streamed(sse({ response: known }), 30)),
  'in two events of a stream': answered(() =>
    streamed(sse({ response: `It is ${head}` }, { response: tail }), 7),
  ),
  'letter by letter in a stream': answered(() =>
    streamed(sse(...Array.from(known, (letter) => ({ response: letter }))), 50),
  ),
  'in the pieces of two calls': answered(() =>
    streamed(
      sse(
        ...['{"pass', 'word":', `"${unknown.slice(0, 5)}`, `${unknown.slice(5)}"}`].flatMap(
          (piece) => [toDelta(0, piece), toDelta(1, piece)],
        ),
      ),
      10_000,
    ),
  ),
  'in a comment of a stream': answered(() => streamed(`: token=${unknown}\n\n${sse({})}`, 4)),
}

function toDelta(index: number, piece: string): object {
  return { choices: [{ delta: { tool_calls: [{ index, function: { arguments: piece } }] } }] }
}

async function recorded({ asked: inputs, answer, error }: Place): Promise<string> {
  const own: Backend = {
    name: 'service',
    send: () =>
      error ? Promise.reject(error) : Promise.resolve((answer ?? (() => Response.json({})))()),
  }
  const redact = { secrets: [known], fields: ['diagnosis', 'pass_word'] }
  const backend = recordingBackend(own, { redact })
  const body = (): string => JSON.stringify(inputs ?? { prompt: 'Hi' })
  try {
    await (await backend.send({ model, inputs: {}, body }, {})).text()
  } catch {
    // It is recorded as a failure.
  }
  return backend.text()
}

/** What stands in a cassette, and what its reader puts together from the pieces of a stream. */
function readings(cassette: string): readonly string[] {
  const { body } = JSON.parse(cassette).exchanges[0].answer
  const chunks: unknown[] = body?.chunks ?? []
  const streamText = chunks
    .map((chunk) => (typeof chunk === 'string' ? chunk : JSON.stringify(chunk)))
    .join('')
  const joined = [...streamText.matchAll(/"(?:response|arguments)":"((?:[^"\\]|\\.)*)"/g)]
  return [cassette, streamText, joined.map(([, part]) => part).join('')]
}

describe('a secret never reaches a cassette', () => {
  test.for(Object.entries(places))('%s', async ([, place]) => {
    const cassette = await recorded(place)
    for (const reading of readings(cassette)) {
      for (const trace of [...traces(known), ...traces(unknown)]) {
        expect(reading).not.toContain(trace)
      }
    }
    // It was there to be found; of headers, those that nobody reads are not kept at all.
    const isDropped = place.answer?.().headers.has('set-cookie') === true
    expect(JSON.stringify(cassette).includes('[secret]')).toBe(!isDropped)
    replayBackend(cassette)
  })
})

test('nor do those in the tools and events of a run, and the backend takes out its own', async () => {
  const login = tool({
    name: 'login',
    description: `Logs in at https://me:${unknown}@x.test`,
    input: z.object({ user: z.string(), password: z.string() }),
    execute: ({ password }) => ({ apiToken: password, text: `${known} is in` }),
  })
  const input = { user: 'me', password: unknown }
  const scripted = scriptedBackend([
    { toolCalls: [{ toolName: 'login', input }] },
    `Done, ${known}.`,
  ])
  const run = async (backend: Backend): Promise<readonly RunEvent[]> => {
    const agent = createAgent({ backend, model, tools: [login], runtime: fakeRuntime() })
    return (await agent.run(`Log in with ${known}`)).events
  }
  const backend = recordingBackend({
    ...scripted,
    redact: (text) => text.replaceAll(known, '[secret]'),
  })
  backend.takeRun(await run(backend))
  const cassette = backend.text()
  expect(cassette).not.toContain(unknown)
  expect(cassette).not.toContain(JSON.stringify(known).slice(1, -1))
  // The schema of a field that is named like a secret is no secret.
  expect(cassette).toContain('"password": { "type": "string", "description": "Password" }')

  const replay = replayBackend(cassette)
  replay.takeRun(await run(replay))
  replay.assertComplete()
})

test('a message about a difference shows no secret either', async () => {
  const backend = recordingBackend(scriptedBackend(['Hi.']))
  const send = (to: Backend, prompt: string): Promise<Response> =>
    to.send({ model, inputs: {}, body: () => JSON.stringify({ prompt, token: unknown }) }, {})
  await send(backend, 'Hello')
  const replay = replayBackend(backend.text(), { redact: { secrets: [known] } })
  const error: unknown = await send(replay, `Goodbye ${known}`).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain('Goodbye [secret]')
  expect(String(error)).not.toContain(known)
  expect(String(error)).not.toContain(unknown)
})

test.for([[''], ['abc'], [7]])('%j is refused as a secret', (secrets) => {
  expect(() =>
    // As a program without types could call it.
    recordingBackend(scriptedBackend([]), { redact: { secrets: secrets as string[] } }),
  ).toThrow('`redact.secrets` to be a text of at least 4 characters')
})

test('a text without secrets stays as it is', async () => {
  const prose =
    'A token is a unit of text; max_tokens=256, see https://x.test/a?b=c. The secret: be basic knowledgeable.'
  const inputs = { prompt: prose, max_tokens: 256, tools: [{ name: 'token', parameters: {} }] }
  const cassette = JSON.parse(await recorded({ asked: inputs }))
  expect(cassette.exchanges[0].request.inputs).toEqual(inputs)
})

test('what is called a secret only when it is replayed is equal all the same', async () => {
  const backend = recordingBackend(scriptedBackend(['Hi.']))
  const ask = async (to: Backend): Promise<string> =>
    (await to.send({ model, inputs: {}, body: () => '{"prompt":"in production"}' }, {})).text()
  const answer = await ask(backend)
  const replay = replayBackend(backend.text(), { redact: { secrets: ['production'] } })
  expect(await ask(replay)).toBe(answer)
})
