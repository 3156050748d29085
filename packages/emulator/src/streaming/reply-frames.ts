import type { JsonValue } from '@drover/core'
import { finishReason, usageIn } from '../dialect.ts'
import type { Generation } from '../generation.ts'
import { toSpokenText } from '../generation.ts'
import type { JsonObject } from '../json-object.ts'
import { toJsonObject } from '../json-object.ts'
import type { WireUsage } from '../tokens.ts'
import { UNITS_PER_TOKEN } from '../tokens.ts'
import { toCallDeltas } from './call-deltas.ts'
import type { SeededRandom } from './seeded-random.ts'
import { idFrom } from './seeded-random.ts'
import type { VariantTraits } from './stream-variant.ts'

/** What the frames carry beside the reply. */
export interface FrameContext {
  readonly model: string
  readonly usage: WireUsage
  readonly neurons: number
  /** Seconds since 1970, UTC. */
  readonly created: number
  readonly random: SeededRandom
}

/** One frame's JSON. The frames that close a stream carry no padding. */
export interface ReplyFrame {
  readonly body: JsonObject
  readonly closing: boolean
}

/** What one frame adds to the reply, whatever its envelope. */
type Delta =
  | { readonly type: 'start' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'response'; readonly response: JsonValue }
  | { readonly type: 'thought'; readonly text: string }
  | { readonly type: 'calls'; readonly calls: readonly JsonValue[] }
  | { readonly type: 'finish'; readonly reason: string }

/** The frames of a reply in one variant, without `[DONE]`. */
export function* toReplyFrames(
  generation: Generation,
  traits: VariantTraits,
  context: FrameContext,
): Generator<ReplyFrame> {
  const { usage, random } = context
  const id = idFrom(random)
  let units = 0
  for (const delta of toDeltas(generation, traits, random)) {
    const frame = toFrame(delta, traits, id, context)
    units += lengthOf(delta)
    const soFar = usageIn(generation, usageSoFar(usage, units))
    yield traits.usageEverywhere ? withUsage(frame, soFar) : frame
  }
  yield* toClosingFrames(traits, id, { ...context, generation })
}

/** What is known of a reply when it has come to its end. */
export interface EndedReply {
  readonly generation: Generation
  readonly usage: WireUsage
  readonly neurons: number
}

/** The frames of a reply that is still being spoken: the same, each piece of text in a frame as soon as it comes. */
export async function* toLiveFrames(
  pieces: AsyncGenerator<string, EndedReply, undefined>,
  traits: VariantTraits,
  context: Omit<FrameContext, 'usage' | 'neurons'>,
): AsyncGenerator<ReplyFrame> {
  const id = idFrom(context.random)
  const frame = (delta: Delta): ReplyFrame => toFrame(delta, traits, id, context)
  if (startsEmpty(traits)) yield frame({ type: 'start' })
  let units = 0
  let next = await pieces.next()
  while (next.done !== true) {
    units += next.value.length
    if (next.value !== '') yield frame({ type: 'text', text: next.value })
    next = await pieces.next()
  }
  const { generation, usage, neurons } = next.value
  const rest = streamedText(generation, traits).slice(units)
  for (const [piece] of rest.matchAll(PIECES)) yield frame({ type: 'text', text: piece })
  for (const delta of toEndDeltas(generation, traits, context.random)) yield frame(delta)
  yield* toClosingFrames(traits, id, { ...context, generation, usage, neurons })
}

function* toDeltas(
  generation: Generation,
  traits: VariantTraits,
  random: SeededRandom,
): Generator<Delta> {
  if (startsEmpty(traits)) yield { type: 'start' }
  if (traits.envelope === 'chat' && generation.reasoning) {
    yield { type: 'thought', text: generation.reasoning }
  }
  if (generation.response !== undefined) yield { type: 'response', response: generation.response }
  for (const [piece] of streamedText(generation, traits).matchAll(PIECES)) {
    yield { type: 'text', text: piece }
    if (traits.gaps && random() < 0.3) yield { type: 'start' }
  }
  yield* toEndDeltas(generation, traits, random)
}

/** The calls, where they are no text, and the finish reason. */
function* toEndDeltas(
  generation: Generation,
  traits: VariantTraits,
  random: SeededRandom,
): Generator<Delta> {
  const chat = traits.envelope === 'chat'
  if (traits.calls !== 'text') {
    const context = { createId: () => idFrom(random), random, sentinel: !chat }
    for (const calls of toCallDeltas(generation.toolCalls, traits.calls, context)) {
      yield { type: 'calls', calls }
    }
  }
  if (chat || traits.finishFrame || generation.finish !== undefined) {
    const leaked = traits.calls === 'text'
    const reason = finishReason(leaked ? { ...generation, toolCalls: [] } : generation)
    yield { type: 'finish', reason }
  }
}

function* toClosingFrames(
  traits: VariantTraits,
  id: string,
  context: FrameContext & { readonly generation: Generation },
): Generator<ReplyFrame> {
  const { generation, neurons } = context
  const usage = usageIn(generation, context.usage)
  if (traits.envelope === 'chat') {
    yield { body: toJsonObject({ ...chunk(id, context), choices: [], usage }), closing: true }
  } else if (traits.backend === 'newer') {
    const withNeurons = usageIn(generation, { ...context.usage, neurons })
    yield { body: toJsonObject({ response: null, usage: withNeurons }), closing: true }
  } else {
    if (!traits.usageEverywhere) yield { body: { response: '' }, closing: true }
    yield { body: toJsonObject({ response: '', usage }), closing: true }
  }
}

/** What of a reply is streamed as text. */
function streamedText(generation: Generation, { calls }: VariantTraits): string {
  const text = 'response' in generation ? '' : (generation.text ?? '')
  return calls === 'text' ? toSpokenText(text, generation.toolCalls) : text
}

function startsEmpty({ envelope, gaps }: VariantTraits): boolean {
  return envelope === 'chat' || gaps === true
}

function toFrame(
  delta: Delta,
  traits: VariantTraits,
  id: string,
  context: Pick<FrameContext, 'created' | 'model'>,
): ReplyFrame {
  const chat = traits.envelope === 'chat'
  const body = chat ? toChunk(delta, id, context) : toNativeFrame(delta, traits)
  return { body, closing: delta.type === 'finish' }
}

function withUsage(frame: ReplyFrame, usage: JsonValue | undefined): ReplyFrame {
  return { ...frame, body: toJsonObject({ ...frame.body, usage }) }
}

// About a token each. Digits stand alone, so that `native-numbers` has numbers to write; never half a surrogate pair.
const PIECES = /\d{1,15}|\s{0,8}[^\s\d]{1,6}|\s{1,8}/gu

function toNativeFrame(delta: Delta, { backend, numbers }: VariantTraits): JsonObject {
  const newer = backend === 'newer'
  switch (delta.type) {
    case 'start':
      return { tool_calls: [] }
    case 'text': {
      // Only where the number's own text is the same: nothing of `007` or `1.10` may be lost.
      const number = Number(delta.text)
      const isNumber = numbers && Number.isSafeInteger(number) && String(number) === delta.text
      const response = isNumber ? number : delta.text
      return newer ? { response, tool_calls: [] } : { response }
    }
    case 'response':
      return { response: delta.response }
    case 'thought':
      return { reasoning_content: delta.text }
    case 'calls':
      return newer ? { tool_calls: delta.calls } : { response: '', tool_calls: delta.calls }
    case 'finish':
      return { finish_reason: delta.reason }
  }
}

function toChunk(
  delta: Delta,
  id: string,
  context: Pick<FrameContext, 'created' | 'model'>,
): JsonObject {
  const finish = delta.type === 'finish' ? delta.reason : null
  const choice = { index: 0, delta: toChatDelta(delta), finish_reason: finish }
  return { ...chunk(id, context), choices: [choice] }
}

function toChatDelta(delta: Delta): JsonObject {
  switch (delta.type) {
    case 'start':
      return { role: 'assistant', content: '' }
    case 'text':
      return { content: delta.text }
    case 'response':
      return { content: delta.response }
    case 'thought':
      return { reasoning_content: delta.text }
    case 'calls':
      return { tool_calls: delta.calls }
    case 'finish':
      return {}
  }
}

function chunk(
  id: string,
  { created, model }: Pick<FrameContext, 'created' | 'model'>,
): JsonObject {
  return { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created, model }
}

function lengthOf(delta: Delta): number {
  if (delta.type === 'text') return delta.text.length
  return delta.type === 'calls' ? JSON.stringify(delta.calls).length : 0
}

function usageSoFar(whole: WireUsage, units: number): JsonObject {
  const { prompt_tokens, completion_tokens } = whole
  const tokens = Math.min(completion_tokens, Math.ceil(units / UNITS_PER_TOKEN))
  return { ...whole, completion_tokens: tokens, total_tokens: prompt_tokens + tokens }
}
