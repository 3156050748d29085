import type { Runtime } from '@drover/core'
import { systemRuntime } from '@drover/core'
import type {
  MisbehaveOptions,
  MisbehaviourName,
  ModelReply,
  SpokenReply,
} from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

/** Where REST takes a request for the first seed model. */
export const ACCOUNT_PATH: string = `/accounts/${ACCOUNT}/ai/run/${MODEL}`
export const GLM = '@cf/zai-org/glm-4.7-flash'
export const TEXT = 'It is warm in Évora today, 26 °C, and it will stay so.'
export const CALL = { toolName: 'get_weather', input: { city: 'Évora', days: 2, hourly: true } }
const TIME = { toolName: 'get_time', input: { zones: ['UTC'] } }
export const CALLS: SpokenReply = { toolCalls: [CALL, TIME] }
export const TALK: SpokenReply = { text: TEXT }

const tool = (name: string, properties: object, required: readonly string[]) => ({
  name,
  description: name,
  parameters: { type: 'object', properties, required },
})

const TOOLS = [
  tool(
    'get_weather',
    {
      city: { type: 'string', description: 'City' },
      days: { type: 'number', description: 'Days' },
      hourly: { type: 'boolean', description: 'By hour' },
      unit: { type: 'string', description: 'Unit' },
    },
    ['city'],
  ),
  tool('get_time', { zones: { type: 'array', description: 'Zones' } }, ['zones']),
]

/** How a test asks. */
export interface Asking {
  readonly reply?: ModelReply
  readonly model?: string
  readonly stream?: boolean
  readonly inputs?: object
  readonly runtime?: Runtime
}

/** What a client sees: everything on the wire, and how it ended. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly end: 'clean' | 'broken'
  /** Of JSON in REST's envelope; `undefined` for anything else. */
  readonly result: Result
  /** What the emulator says has struck. */
  readonly struck: readonly string[]
  /** How often the model was asked. */
  readonly asked: number
}

/** What of a result the tests read. */
export interface Result {
  readonly response?: unknown
  readonly tool_calls?: readonly WireCall[]
  readonly usage?: { readonly completion_tokens: number }
  readonly finish_reason?: string
  readonly choices?: readonly [
    {
      readonly message: {
        readonly content: string | null
        readonly reasoning_content?: string
        readonly tool_calls?: readonly WireCall[]
      }
      readonly finish_reason: string
    },
  ]
}

/** One entry of `tool_calls`, in either shape. */
export interface WireCall {
  readonly id?: string
  readonly index?: number
  readonly name?: string
  readonly arguments?: unknown
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

/** Asks once for an answer that misbehaves in one way. */
export async function strike(name: MisbehaviourName, asking: Asking = {}): Promise<Seen> {
  return see({ [name]: 'always', seed: 7 }, asking)
}

/** Asks once, whatever is to go wrong. */
export async function see(misbehave: MisbehaveOptions, asking: Asking = {}): Promise<Seen> {
  let asked = 0
  const { reply = CALLS, runtime = systemRuntime } = asking
  const model = script(() => {
    asked++
    return reply
  })
  await using emulator = await startEmulator({ model, misbehave, runtime })
  const seen = await ask(emulator.url, asking)
  return { ...seen, struck: emulator.requests[0]?.misbehaved ?? [], asked }
}

/** Sends one request over REST and reads all of the answer. */
export async function ask(
  url: string,
  { model = MODEL, stream = false, inputs = {} }: Asking = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Omit<Seen, 'struck' | 'asked'>> {
  const messages = [{ role: 'user', content: 'Is it warm in Évora?' }]
  const response = await fetch(`${url}/accounts/${ACCOUNT}/ai/run/${model}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any', ...headers },
    body: JSON.stringify({ messages, tools: TOOLS, max_tokens: 400, stream, ...inputs }),
  })
  const seen = { status: response.status, headers: response.headers }
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true })
  } catch {
    return { ...seen, text, end: 'broken', result: {} }
  }
  return { ...seen, text, end: 'clean', result: resultIn(text) }
}

function resultIn(text: string): Result {
  try {
    return JSON.parse(text)?.result ?? {}
  } catch {
    return {}
  }
}

/** The calls of a result, whichever dialect it is in. */
export function callsOf(result: Result): readonly WireCall[] {
  return result.tool_calls ?? result.choices?.[0].message.tool_calls ?? []
}
