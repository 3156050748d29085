import type { JsonValue } from '@drover/core'
import { toResult } from './dialect.ts'
import type { FrontName } from './envelope.ts'
import { toResultBody } from './envelope.ts'
import { toChatVariant } from './front/openai.ts'
import { generate } from './generation.ts'
import { readWantedJson, toWantedJson } from './json-mode.ts'
import type { JsonObject } from './json-object.ts'
import { ownValue } from './json-object.ts'
import type { ModelEntry } from './model-catalogue.ts'
import type { LiveReply, ModelReply } from './model-source.ts'
import type { OddReply } from './odd-reply.ts'
import type { EndedReply } from './streaming/reply-frames.ts'
import { toServiceError } from './service-error.ts'
import { createSeededRandom, idFrom } from './streaming/seeded-random.ts'
import type { LiveOptions } from './streaming/live-stream.ts'
import { renderLive } from './streaming/live-stream.ts'
import { toRawStream } from './streaming/raw-stream.ts'
import { renderStream } from './streaming/render-stream.ts'
import type { StreamVariant } from './streaming/stream-variant.ts'
import { countTokens, toNeurons, toWireUsage } from './tokens.ts'
import type { Asked, Asker, InferenceContext } from './inference-context.ts'
import type { InferenceOutcome } from './outcome.ts'
import { refuse } from './outcome.ts'

const SEEDS = 0x1_0000_0000

/** What a reply becomes on the wire: cut, counted and shaped. */
export function toOutcome(
  reply: Exclude<ModelReply, LiveReply>,
  asked: Asked,
  { runtime, streaming }: InferenceContext,
  { front, requestId, strikes, onEnd }: Asker,
): InferenceOutcome {
  const { request, model, inputTokens, struck } = asked
  if ('error' in reply) return { type: 'error', error: toServiceError(reply.error) }
  if ('stream' in reply) {
    const stream = toRawStream(reply.stream, streaming.delayMs)
    return { type: 'stream', stream, neurons: toNeurons(toWireUsage(inputTokens, 0), model) }
  }
  if ('result' in reply) {
    const usage = toWireUsage(inputTokens, countTokens(JSON.stringify(reply.result)))
    return { type: 'result', result: reply.result, neurons: toNeurons(usage, model) }
  }
  const { misbehave: _, ...spoken } = reply
  const { generation, usage, neurons } = toEnded(strikes.reply(spoken, struck), asked, onEnd)
  const now = Math.floor(runtime.now() / 1000)
  const wanted = model.jsonMode ? readWantedJson(request.inputs) : undefined
  const isJson = wanted !== undefined && generation.toolCalls.length === 0
  const json = isJson ? toWantedJson(generation.text ?? '', wanted) : undefined
  if (isJson && json === undefined) return refuse(5024)
  const dialect = dialectFor(front, model)
  const shape = (created: number, createId: () => string): JsonValue =>
    toResult(dialect, generation, {
      model: request.model,
      usage,
      created,
      createId,
      ...(json === undefined ? {} : { json }),
    })
  const merged = { ...streaming, ...reply.streaming, ...strikes.streaming(struck) }
  const options = { ...merged, variant: variantFor(front, merged.variant ?? model.streams) }
  const created = options.seed === undefined ? now : 0
  if (!struck.streamed) {
    const random = createSeededRandom((options.seed ?? 0) + inputTokens, 0)
    const createId = options.seed === undefined ? runtime.createId : () => idFrom(random)
    return { type: 'result', result: shape(created, createId), neurons }
  }
  const stream = renderStream(generation, options, {
    model: request.model,
    usage,
    neurons,
    created,
    seed: options.seed ?? Math.floor(runtime.random() * SEEDS),
    requestId,
    toBody: (createId) => toResultBody(front, shape(created, createId)),
  })
  return { type: 'stream', stream, neurons }
}

/** A stream that goes out while the model speaks. What it will cost is not known when its headers are sent. */
export function toLiveOutcome(
  { live }: LiveReply,
  options: LiveOptions,
  asked: Asked,
  { runtime, quota }: InferenceContext,
  { requestId, signal, onEnd }: Asker,
): InferenceOutcome {
  const { request, model, inputTokens } = asked
  const neurons = toNeurons(toWireUsage(inputTokens, 0), model)
  const stream = renderLive(live, options, {
    model: request.model,
    created: options.seed === undefined ? Math.floor(runtime.now() / 1000) : 0,
    seed: options.seed ?? Math.floor(runtime.random() * SEEDS),
    requestId,
    signal,
    end: (reply) => {
      const whole = toEnded(reply, asked, onEnd)
      quota.charge(whole.neurons - neurons)
      return whole
    },
  })
  return { type: 'stream', stream, neurons }
}

function toEnded(
  reply: OddReply,
  { request, model, inputTokens }: Asked,
  onEnd: Asker['onEnd'],
): EndedReply {
  const generation = generate(reply, maxTokensOf(request.inputs))
  const usage = toWireUsage(reply.measured?.inputTokens ?? inputTokens, generation.outputTokens)
  const ended = { generation, usage, neurons: toNeurons(usage, model) }
  onEnd(ended)
  return ended
}

/** OpenAI's wire has one shape, whatever the model. */
export const dialectFor = (front: FrontName, { dialect }: ModelEntry): ModelEntry['dialect'] =>
  front === 'openai' ? 'chat' : dialect

/** The shape of a front's streams. */
export function variantFor(front: FrontName, variant: StreamVariant): StreamVariant {
  return front === 'openai' ? toChatVariant(variant) : variant
}

export function asksForStream(inputs: JsonObject): boolean {
  return ownValue(inputs, 'stream') === true
}

export function maxTokensOf(inputs: JsonObject): number {
  return Number(ownValue(inputs, 'max_tokens'))
}
