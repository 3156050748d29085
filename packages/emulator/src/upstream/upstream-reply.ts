import type { JsonValue } from '@drover/core'
import { createEventStream } from '@drover/core/wire'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue, parseJson } from '../json-object.ts'
import type { ErrorReply, ModelToolCall, SpokenReply } from '../model-source.ts'
import type { UpstreamServer } from './upstream-server.ts'
import { shown, textOf } from './upstream-error.ts'

/** A call as it came together. */
interface WrittenCall {
  readonly id: string
  readonly name: string
  readonly input: string
}

/** What a reply is made of, whichever way it came. */
interface Parts {
  readonly text: string
  readonly calls: readonly WrittenCall[]
  readonly finish: JsonValue | undefined
  readonly usage: JsonValue | undefined
}

/** Reads a whole `chat.completion`. */
export function readCompletion(text: string, server: UpstreamServer): SpokenReply | ErrorReply {
  const body = parseJson(text)
  const choice = isJsonObject(body) ? firstChoice(body) : undefined
  const message = choice && ownValue(choice, 'message')
  if (!isJsonObject(body) || choice === undefined || !isJsonObject(message)) {
    const said = shown(textOf(body) ?? text, server)
    return {
      error: { code: 8005, message: `The upstream at ${server.baseUrl} gave no choice: ${said}` },
    }
  }
  return toSpoken({
    text: textIn(message, 'content'),
    calls: entries(ownValue(message, 'tool_calls')).map((call) => readCall(call)),
    finish: ownValue(choice, 'finish_reason'),
    usage: ownValue(body, 'usage'),
  })
}

/**
 * Reads a stream of `chat.completion.chunk`s, giving the text as it comes.
 * @throws Error when the server tells an error in the stream, or it ends before the reply does.
 */
export async function* readCompletionStream(
  body: ReadableStream<Uint8Array>,
  server: UpstreamServer,
): AsyncGenerator<string, SpokenReply, undefined> {
  const pieces: string[] = []
  const calls: WrittenCall[] = []
  // Where the calls stand that pieces with an index belong to.
  const places = new Map<JsonValue | undefined, number>()
  let text = ''
  let finish: JsonValue | undefined
  let usage: JsonValue | undefined
  let done = false
  let failure: string | undefined
  const onCall = (delta: JsonObject): void => {
    const piece = readCall(delta)
    const index = ownValue(delta, 'index')
    const place = places.get(index)
    const before = place === undefined ? undefined : calls[place]
    // Some servers number every call 0: another id begins another call.
    const isNew =
      before === undefined || (piece.id !== '' && before.id !== '' && piece.id !== before.id)
    if (isNew || place === undefined) {
      places.set(index, calls.length)
      calls.push(piece)
      return
    }
    calls[place] = {
      id: before.id || piece.id,
      name: before.name || piece.name,
      input: before.input + piece.input,
    }
  }
  const onEvent = (data: string): void => {
    done ||= data === '[DONE]'
    if (done || failure !== undefined) return
    const chunk = parseJson(data)
    failure = textOf(chunk)
    if (!isJsonObject(chunk)) return
    usage = ownValue(chunk, 'usage') ?? usage
    const choice = firstChoice(chunk)
    if (choice === undefined) return
    finish = ownValue(choice, 'finish_reason') ?? finish
    const delta = ownValue(choice, 'delta')
    if (!isJsonObject(delta)) return
    pieces.push(textIn(delta, 'content'))
    for (const call of entries(ownValue(delta, 'tool_calls'))) onCall(call)
  }
  const events = createEventStream(onEvent)
  for await (const bytes of body) {
    events.push(bytes)
    for (const piece of pieces) {
      text += piece
      if (piece !== '') yield piece
    }
    pieces.length = 0
    if (failure !== undefined) {
      throw new Error(`The upstream at ${server.baseUrl} broke off: ${shown(failure, server)}`)
    }
    if (done) break
  }
  events.end()
  text += pieces.join('')
  if (!done && (finish === undefined || finish === null)) {
    throw new Error(
      `The upstream at ${server.baseUrl} ended its stream before the reply was whole.`,
    )
  }
  return toSpoken({ text, calls, finish, usage })
}

/** A call whose input is no JSON object stays what it is: text, as the service hands out a call that was cut. */
function toSpoken({ text, calls, finish, usage }: Parts): SpokenReply {
  const toolCalls: ModelToolCall[] = []
  const broken: string[] = []
  for (const { name, input } of calls) {
    const parsed = parseJson(input === '' ? '{}' : input)
    if (name !== '' && isJsonObject(parsed)) toolCalls.push({ toolName: name, input: parsed })
    else broken.push(`{"name":${JSON.stringify(name)},"parameters":${input}`)
  }
  const whole = [text, ...broken].filter((part) => part !== '').join('\n')
  return { text: whole, toolCalls, measured: { cut: finish === 'length', ...readUsage(usage) } }
}

function readUsage(usage: JsonValue | undefined): {
  readonly inputTokens?: number
  readonly outputTokens?: number
} {
  if (!isJsonObject(usage)) return {}
  const input = ownValue(usage, 'prompt_tokens')
  const output = ownValue(usage, 'completion_tokens')
  return {
    ...(isCount(input) ? { inputTokens: input } : {}),
    ...(isCount(output) ? { outputTokens: output } : {}),
  }
}

function isCount(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function readCall(call: JsonObject): WrittenCall {
  const body = ownValue(call, 'function')
  const inner = isJsonObject(body) ? body : {}
  const input = ownValue(inner, 'arguments')
  return {
    id: textIn(call, 'id'),
    name: textIn(inner, 'name'),
    // llama.cpp once gave an object here.
    input: typeof input === 'string' ? input : isJsonObject(input) ? JSON.stringify(input) : '',
  }
}

function firstChoice(body: JsonObject): JsonObject | undefined {
  return entries(ownValue(body, 'choices'))[0]
}

function entries(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function textIn(object: JsonObject, key: string): string {
  const value = ownValue(object, key)
  return typeof value === 'string' ? value : ''
}
