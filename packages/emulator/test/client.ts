import type { JsonValue } from '@drover/core'
import type { Emulator, FrontName, JsonObject } from '../src/index.ts'

export const MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'
export const ACCOUNT = '0123456789abcdef0123456789abcdef'

/** What a model's result may hold, in every dialect. */
export interface WireResult {
  readonly response: JsonValue
  readonly tool_calls: readonly JsonValue[]
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number }
  readonly choices: readonly JsonValue[]
}

/** What either front may answer; each test reads the part its front sends. */
export interface WireBody extends WireResult {
  readonly result: WireResult
  readonly errors: readonly [{ readonly code: number; readonly message: string }]
  readonly internalCode: number
  readonly description: string
  readonly message: string
}

/** An answer with its body parsed. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: WireBody
}

/** What a call may differ in. */
export interface CallOptions {
  readonly model?: string
  readonly token?: string
  readonly options?: JsonObject
}

/** Sends the same inputs the way a front wants them. */
export function call(
  emulator: Emulator,
  front: FrontName,
  inputs: unknown,
  { model = MODEL, token = 'token', options = {} }: CallOptions = {},
): Promise<Answer> {
  return front === 'rest'
    ? post(`${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/run/${model}`, inputs, {
        authorization: `Bearer ${token}`,
      })
    : post(
        `${emulator.url}/run?version=3`,
        { inputs, options },
        { 'cf-consn-model-id': model, 'cf-consn-sdk-version': '2.0.0' },
      )
}

/** Posts JSON and parses the answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

/** What either front says of an error, in the words they share. */
export function errorOf(front: FrontName, { status, body }: Answer): JsonObject {
  return front === 'rest'
    ? { status, code: body.errors[0].code, message: body.errors[0].message }
    : { status, code: body.internalCode, message: body.message }
}
