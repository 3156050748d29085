import type { JsonValue } from '@drover/core'
import type { FrontName, JsonObject, ModelReply, StreamingOptions } from '../../src/index.ts'
import { script, startEmulator, type Emulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

export const CHAT_MODEL = '@cf/zai-org/glm-4.7-flash'
export const NEWER_MODEL = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
export const SCOUT = '@cf/meta/llama-4-scout-17b-16e-instruct'

/** Text with a number, a line break and characters of two to four bytes. */
export const TEXT = 'Évora: 26 °C, 007.\nGood 🌞 for 日本.'
export const CALLS = [
  { toolName: 'get_weather', input: { city: 'Évora', days: 2 } },
  { toolName: 'get_time', input: { zone: 'Europe/Lisbon' } },
]

/** What a test asks for beside the reply. */
export interface Asking {
  readonly model?: string
  readonly front?: FrontName
  readonly inputs?: JsonObject
  readonly signal?: AbortSignal
}

/** Asks for a stream the way a front wants it, with nothing between the test and the bytes. */
export function ask(
  { url }: Emulator,
  { model = MODEL, front = 'rest', inputs = {}, signal }: Asking = {},
): Promise<Response> {
  const all = { prompt: 'hello', stream: true, ...inputs }
  const rest = front === 'rest'
  return fetch(rest ? `${url}/accounts/${ACCOUNT}/ai/run/${model}` : `${url}/run?version=3`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(rest ? { authorization: 'Bearer any' } : { 'cf-consn-model-id': model }),
    },
    body: JSON.stringify(rest ? all : { inputs: all, options: {} }),
    ...(signal !== undefined && { signal }),
  })
}

/** The whole text of one streamed reply. */
export async function textOf(
  reply: ModelReply,
  streaming: StreamingOptions,
  asking: Asking = {},
): Promise<string> {
  await using emulator = await startEmulator({ model: script([reply]), streaming })
  return (await ask(emulator, asking)).text()
}

/** The JSON of each frame of a text with plain lines, without `[DONE]`. */
export function framesOf(text: string): readonly Frame[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '' && event !== 'data: [DONE]')
    .map((event) => JSON.parse(event.replace(/^data: /, '')))
}

/** The JSON of each frame of one streamed reply. */
export async function frames(
  reply: ModelReply,
  streaming: StreamingOptions,
  asking: Asking = {},
): Promise<readonly Frame[]> {
  return framesOf(await textOf(reply, streaming, asking))
}

/** One frame, in either envelope. */
export interface Frame {
  readonly response?: string | number | null
  readonly tool_calls?: readonly WireCall[]
  readonly finish_reason?: string
  readonly usage?: { readonly completion_tokens: number; readonly neurons?: number }
  readonly p?: string
  readonly choices?: readonly Choice[]
  readonly [name: string]: unknown
}

/** One entry of `tool_calls`, whole or a piece. */
export interface WireCall {
  readonly id?: string | null
  readonly type?: string | null
  readonly index?: number
  readonly name?: string
  readonly arguments?: JsonValue
  readonly function?: { readonly name?: string | null; readonly arguments?: string }
}

interface Choice {
  readonly index: number
  readonly delta: {
    readonly role?: string
    readonly content?: string
    readonly tool_calls?: readonly WireCall[]
  }
  readonly finish_reason: string | null
}

/** What is said in all frames together. */
export function spoken(all: readonly Frame[]): string {
  return all
    .map(({ response, choices }) => choices?.[0]?.delta.content ?? String(response ?? ''))
    .join('')
}

/** The entries of `tool_calls` of all frames, in order. */
export function entries(all: readonly Frame[]): readonly WireCall[] {
  return all.flatMap(
    ({ tool_calls, choices }) => tool_calls ?? choices?.[0]?.delta.tool_calls ?? [],
  )
}

/** The calls that pieces with an index make together. */
export function joined(pieces: readonly WireCall[]): readonly unknown[] {
  const calls: { toolName: string; input: string }[] = []
  for (const { index = 0, function: body } of pieces) {
    const call = (calls[index] ??= { toolName: '', input: '' })
    call.toolName += body?.name ?? ''
    call.input += body?.arguments ?? ''
  }
  return calls.map(({ toolName, input }) => ({ toolName, input: JSON.parse(input) as unknown }))
}
