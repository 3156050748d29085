import { binding } from '@drover/binding'
import { createAgent, type Backend, type BackendError, type DroverErrorCode } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { rest } from '@drover/rest'
import { describe, expect, test } from 'vitest'
import { model } from './subjects.ts'

const apiToken = 'the-secret-token-of-this-test'

interface Row {
  readonly code: number
  readonly status: number
  readonly text: string
  readonly expected: DroverErrorCode
  /** Requests in all: 1 is never again, 2 once again, 4 with patience. */
  readonly requests: 1 | 2 | 4
  /** What the message tells the reader to do. */
  readonly advice: RegExp
}

const row = (
  code: number,
  status: number,
  text: string,
  expected: DroverErrorCode,
  requests: 1 | 2 | 4,
  advice: RegExp,
): Row => ({ code, status, text, expected, requests, advice })

const FIELD = /Correct the field/
const ACCOUNT = /plan, its permissions and whether it accepted/
const LATER = /ry again later/
const IDS = /account id and the model id/
const SHORTER = /shorter history or a smaller `maxTokens`/
const TOKEN = /Check the API token/
const QUOTA = /00:00 UTC/
const CONTENT = /Change the content/

/** Workers AI's own codes and AI Gateway's. @see https://developers.cloudflare.com/workers-ai/platform/errors/ */
const ROWS: readonly Row[] = [
  row(2003, 429, 'Rate limited', 'http.rate_limited', 4, /fewer requests/),
  row(2014, 504, 'Provider request timeout', 'http.timeout', 4, LATER),
  row(2021, 402, 'Not on unified billing', 'http.forbidden', 1, ACCOUNT),
  row(3003, 400, 'Request is missing headers or body: messages', 'http.bad_request', 1, FIELD),
  row(3006, 413, 'Request is too large', 'http.too_large', 1, /fewer tools/),
  row(3007, 408, 'Request timeout', 'http.timeout', 4, LATER),
  row(3008, 408, 'Request was aborted', 'http.timeout', 4, LATER),
  row(3010, 413, 'The estimated number of tokens exceeded it', 'http.context_window', 1, SHORTER),
  row(3023, 403, 'Service unavailable for account', 'http.forbidden', 1, ACCOUNT),
  row(3030, 400, 'Output was flagged', 'model.refused', 1, CONTENT),
  row(3036, 429, 'You have used up your daily free allocation', 'http.quota', 1, QUOTA),
  row(3039, 400, 'Finetune is missing required files', 'http.bad_request', 1, FIELD),
  row(3040, 429, 'No more data centers to forward to', 'http.capacity', 4, LATER),
  row(3041, 403, 'Account not allowed for private model', 'http.forbidden', 1, ACCOUNT),
  row(3042, 404, 'The model name is invalid', 'http.not_found', 1, IDS),
  row(3046, 408, 'Request timeout', 'http.timeout', 2, LATER),
  row(4006, 429, 'you have used up your daily free allocation', 'http.quota', 1, QUOTA),
  row(5004, 400, 'Invalid data type for base64 input', 'http.bad_request', 1, FIELD),
  row(5005, 405, 'Model does not support LoRA', 'http.bad_request', 1, FIELD),
  row(5006, 400, "Error: required properties at '/' are 'prompt'", 'http.bad_request', 1, FIELD),
  row(5007, 400, 'No such model @cf/x/y or task', 'http.not_found', 1, IDS),
  row(5016, 403, 'Model agreement not accepted', 'http.forbidden', 1, ACCOUNT),
  row(5018, 403, 'Account not allowed for private model', 'http.forbidden', 1, ACCOUNT),
  row(5019, 405, 'Deprecated SDK version', 'http.bad_request', 1, FIELD),
  row(
    5021,
    413,
    'exceeded this model context window limit (8192)',
    'http.context_window',
    1,
    SHORTER,
  ),
  row(5024, 400, "JSON Mode couldn't be met", 'model.json_mode', 2, /simpler JSON/),
  row(5028, 410, 'This model was deprecated on 2026-05-30', 'model.retired', 1, /Use `@cf\//),
  row(5035, 403, 'Model requires Workers Paid', 'http.forbidden', 1, ACCOUNT),
  row(7000, 404, 'No route for that URI', 'http.not_found', 1, IDS),
  row(
    7003,
    400,
    'Could not route to /x, perhaps your object identifier is invalid?',
    'http.not_found',
    1,
    IDS,
  ),
  row(8001, 400, 'Invalid input', 'http.bad_request', 1, FIELD),
  row(8005, 500, 'Internal Server Error', 'http.server', 2, LATER),
  row(8006, 400, 'Invalid input', 'http.bad_request', 1, FIELD),
  row(8007, 400, 'Prompt was flagged as NSFW', 'model.refused', 1, CONTENT),
  row(10_000, 401, 'Authentication error', 'http.auth', 1, TOKEN),
]

/** Each makes a backend that fails as a row says, every time, and counts. */
interface Way {
  readonly name: string
  /** False where the HTTP status does not reach the caller. */
  readonly tellsStatus: boolean
  readonly fail: (row: Row, count: () => void) => Backend
}

const WAYS: readonly Way[] = [
  {
    name: "REST's envelope",
    tellsStatus: true,
    fail: ({ code, status, text }, count) =>
      fetching(count, () =>
        Response.json(
          {
            errors: [{ message: `AiError: ${text}`, code }],
            success: false,
            result: {},
            messages: [],
          },
          { status },
        ),
      ),
  },
  {
    name: "the binding's raw answer",
    tellsStatus: true,
    fail: ({ code, status, text }, count) =>
      running(count, async () =>
        Response.json(
          {
            description: text,
            httpCode: status,
            internalCode: code,
            message: `AiError: ${text}`,
            name: 'AiError',
          },
          { status },
        ),
      ),
  },
  {
    name: "the binding's thrown error",
    tellsStatus: false,
    fail: ({ code, text }, count) =>
      running(count, () => Promise.reject(upstreamError(`${code}: ${text}`))),
  },
]

describe.for(WAYS)('through $name', ({ fail, tellsStatus }) => {
  test.for(ROWS)('$code is $expected after $requests requests', async (failing) => {
    const { code, status, text, expected, requests, advice } = failing
    const { error, sent } = await failureOf((count) => fail(failing, count))
    expect(error).toMatchObject({
      name: 'BackendError',
      code: expected,
      serviceCode: code,
      retryable: requests > 1,
    })
    expect(error.status).toBe(tellsStatus ? status : undefined)
    expect(sent).toBe(requests)
    expect(error.message).toContain(text)
    expect(error.message).toContain(`code ${code}`)
    expect(error.message).toMatch(advice)
  })

  test('the quota says when it is renewed', async () => {
    const quota = row(4006, 429, 'daily free allocation', 'http.quota', 1, QUOTA)
    const noon = Date.UTC(2026, 0, 1, 12)
    const { error } = await failureOf((count) => fail(quota, count), noon)
    expect(error.retryAfterMs).toBe(12 * 60 * 60 * 1000)
  })
})

describe('the plain text `error code: 1031` is an authentication error, tried once more,', () => {
  const text = 'error code: 1031'
  test.for<{ name: string; way: (count: () => void) => Backend }>([
    {
      name: 'over REST',
      way: (count) => fetching(count, () => new Response(text, { status: 403 })),
    },
    {
      name: 'as a raw answer',
      way: (count) => running(count, async () => new Response(text, { status: 403 })),
    },
    {
      name: 'as a thrown error',
      way: (count) => running(count, () => Promise.reject(upstreamError(text))),
    },
  ])('$name', async ({ way }) => {
    const { error, sent } = await failureOf(way)
    expect(error).toMatchObject({ code: 'http.auth', serviceCode: 1031 })
    expect(error.message).toMatch(TOKEN)
    expect(sent).toBe(2)
  })
})

describe('a failure without a code', () => {
  test.for([
    ['internal error', 'http.server', 2],
    ['Network connection lost.', 'http.network', 4],
    ['something nobody has seen', 'http.protocol', 2],
  ] as const)(
    'thrown by the binding as "%s" is %s after %i requests',
    async ([text, code, requests]) => {
      const thrown = text.startsWith('Network') ? new Error(text) : upstreamError(text)
      const { error, sent } = await failureOf((count) =>
        running(count, () => Promise.reject(thrown)),
      )
      expect(error.code).toBe(code)
      expect(error.message).toContain(text)
      expect(sent).toBe(requests)
    },
  )
})

test('a service that repeats the token in an error does not get it into ours', async () => {
  const echo = `Bearer ${apiToken} is not known, nor is ${btoa(`user:${apiToken}`)}`
  const { error } = await failureOf((count) =>
    fetching(count, () =>
      Response.json({ errors: [{ code: 10_000, message: echo }] }, { status: 401 }),
    ),
  )
  expect(error.message).toContain('Bearer [secret] is not known')
  expect(error.message).not.toContain(apiToken)
  expect(error.message).not.toContain(btoa(`user:${apiToken}`).slice(8, -4))
})

function fetching(count: () => void, answer: () => Response): Backend {
  const fetch = async (): Promise<Response> => {
    count()
    return answer()
  }
  return rest({ accountId: 'account', apiToken, fetch })
}

function running(count: () => void, answer: () => Promise<Response>): Backend {
  const run = (): Promise<Response> => {
    count()
    return answer()
  }
  return binding({ run })
}

const upstreamError = (message: string): Error =>
  Object.assign(new Error(message), { name: 'InferenceUpstreamError' })

async function failureOf(
  make: (count: () => void) => Backend,
  now?: number,
): Promise<{ readonly error: BackendError; readonly sent: number }> {
  let sent = 0
  const backend = make(() => sent++)
  const runtime = fakeRuntime(now === undefined ? {} : { now })
  const run = createAgent({ backend, model, runtime }).run('Hi')
  const error = await run.then(
    () => Promise.reject(new Error('Expected the run to fail.')),
    (thrown: BackendError) => thrown,
  )
  return { error, sent }
}
