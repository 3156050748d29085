import type { JsonValue, Logger, Runtime } from '@drover/core'
import { readMessages, readTools } from './conversation.ts'
import { toResult } from './dialect.ts'
import type { FrontName } from './envelope.ts'
import { toResultBody } from './envelope.ts'
import { fromOpenAi, toChatVariant } from './front/openai.ts'
import { generate } from './generation.ts'
import { validateInputs } from './input-validation.ts'
import { readWantedJson, toWantedJson } from './json-mode.ts'
import type { JsonObject } from './json-object.ts'
import { ownValue } from './json-object.ts'
import { checkMisbehaviourNames } from './misbehave/misbehave-options.ts'
import type { Struck } from './misbehave/misbehaviour.ts'
import type { Strikes } from './misbehave/strikes.ts'
import type { ModelEntry } from './model-catalogue.ts'
import { findModel } from './model-catalogue.ts'
import type {
  ErrorReply,
  LiveReply,
  ModelReply,
  ModelRequest,
  ModelSource,
  SpokenReply,
} from './model-source.ts'
import type { OddReply } from './odd-reply.ts'
import type { Quota } from './quota.ts'
import { passesRunner } from './runner-check.ts'
import type { EndedReply } from './streaming/reply-frames.ts'
import type { ServiceError } from './service-error.ts'
import { toServiceError } from './service-error.ts'
import { createSeededRandom, idFrom } from './streaming/seeded-random.ts'
import { checkStreaming } from './streaming/check-streaming.ts'
import type { LiveOptions, LiveStream } from './streaming/live-stream.ts'
import { renderLive, toLiveOptions } from './streaming/live-stream.ts'
import { toRawStream } from './streaming/raw-stream.ts'
import type { RenderedStream } from './streaming/render-stream.ts'
import { renderStream } from './streaming/render-stream.ts'
import type { StreamVariant } from './streaming/stream-variant.ts'
import type { StreamingOptions } from './streaming/streaming-options.ts'
import { countInputTokens, countTokens, toNeurons, toWireUsage } from './tokens.ts'

/** What an inference needs beside its inputs. */
export interface InferenceContext {
  readonly source: ModelSource
  readonly retired: 'serve' | 'refuse'
  readonly runtime: Runtime
  readonly log: Logger
  readonly streaming: StreamingOptions
  readonly quota: Quota
}

/** Who asks for an inference. */
export interface Asker {
  readonly front: FrontName
  readonly requestId: string
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
  /** What goes wrong with the request. */
  readonly strikes: Strikes
  /** Called with what a model has said once it is whole and counted; of a stream while it goes out. */
  readonly onEnd: (ended: EndedReply) => void
}

const SEEDS = 0x1_0000_0000

/** One inference, done or refused. */
export type InferenceOutcome =
  | { readonly type: 'result'; readonly result: JsonValue; readonly neurons: number }
  | {
      readonly type: 'stream'
      readonly stream: RenderedStream | LiveStream
      readonly neurons: number
    }
  | {
      readonly type: 'error'
      readonly error: ServiceError
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Whatever the service itself would not send. */
  | {
      readonly type: 'body'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly stream: RenderedStream
    }
  /** Nothing at all, on a connection that breaks or stays open. */
  | { readonly type: 'silence'; readonly ending: 'cut' | 'open' }

/** Does what stands behind all fronts: finds the model, validates, asks the source, cuts, counts and shapes. */
export async function infer(
  modelId: string,
  inputs: JsonObject,
  context: InferenceContext,
  asker: Asker,
): Promise<InferenceOutcome> {
  const model = findModel(modelId)
  if (model === undefined) return refuse(5007, `No such model ${modelId} or task`)
  if (model.retiredOn !== undefined && context.retired === 'refuse') {
    return refuse(
      5028,
      `This model was deprecated on ${model.retiredOn}. Please use an alternative model`,
    )
  }
  const offered = asker.front === 'openai' ? fromOpenAi(inputs) : inputs
  const validated = validateInputs(offered, model, asker.front)
  if (!validated.ok) return refuse(5006, `Error: ${validated.message}`)
  // https://developers.cloudflare.com/workers-ai/features/json-mode/: "JSON Mode currently doesn't support streaming".
  if (asksForStream(validated.inputs) && readWantedJson(validated.inputs) !== undefined) {
    return refuse(5023, 'JSON Schema mode is not supported with stream mode.')
  }
  const inputTokens = countInputTokens(validated.inputs)
  const maxTokens = maxTokensOf(validated.inputs)
  const estimate = inputTokens + maxTokens
  if (model.contextWindow !== undefined && estimate > model.contextWindow) {
    return refuse(
      5021,
      `The estimated number of input and maximum output tokens (${estimate}) exceeded this model context window ` +
        `limit (${model.contextWindow})`,
    )
  }
  if (model.dialect === 'chat' && !passesRunner(validated.inputs)) return refuse(8001)
  const usedUp = context.quota.refusal()
  if (usedUp !== undefined) return { type: 'error', error: toServiceError(usedUp) }
  const request = { ...toModelRequest(modelId, validated.inputs), sent: inputs }
  const { strikes, front } = asker
  const struck = {
    front,
    request,
    dialect: dialectFor(front, model),
    maxTokens,
    streamed: asksForStream(request.inputs),
    random: strikes.random,
    now: context.runtime.now(),
  }
  const early = strikes.answer(struck)
  if (early !== undefined) return early
  const asked = { request, model, inputTokens, struck }
  const variant = variantFor(front, context.streaming.variant ?? model.streams)
  const live =
    struck.streamed && !strikes.any() ? toLiveOptions({ ...context.streaming, variant }) : undefined
  const reply = await ask(request, context, asker.signal)
  const answer = async (): Promise<InferenceOutcome> => {
    if ('live' in reply) {
      if (live !== undefined) return toLiveOutcome(reply, live, asked, context, asker)
      const whole = await guarded(() => wholeOf(reply), context)
      return strikes.outcome(toOutcome(whole, asked, context, asker), struck)
    }
    strikes.add('misbehave' in reply ? (reply.misbehave ?? []) : [])
    const outcome = strikes.answer(struck) ?? toOutcome(reply, asked, context, asker)
    return strikes.outcome(outcome, struck)
  }
  const outcome = await answer()
  if ('neurons' in outcome) context.quota.charge(outcome.neurons)
  return outcome
}

/** OpenAI's wire has one shape, whatever the model. */
const dialectFor = (front: FrontName, { dialect }: ModelEntry): ModelEntry['dialect'] =>
  front === 'openai' ? 'chat' : dialect

/** What a reply answers. */
interface Asked {
  readonly request: ModelRequest
  readonly model: ModelEntry
  readonly inputTokens: number
  readonly struck: Struck
}

function toOutcome(
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
function toLiveOutcome(
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

/** The whole of a reply that is still being spoken. */
async function wholeOf({ live }: LiveReply): Promise<SpokenReply> {
  let next = await live.next()
  while (next.done !== true) next = await live.next()
  return next.value
}

function variantFor(front: FrontName, variant: StreamVariant): StreamVariant {
  return front === 'openai' ? toChatVariant(variant) : variant
}

function asksForStream(inputs: JsonObject): boolean {
  return ownValue(inputs, 'stream') === true
}

function maxTokensOf(inputs: JsonObject): number {
  return Number(ownValue(inputs, 'max_tokens'))
}

function toModelRequest(model: string, inputs: JsonObject): ModelRequest {
  const prompt = ownValue(inputs, 'prompt')
  return {
    model,
    inputs,
    tools: readTools(ownValue(inputs, 'tools')),
    messages: readMessages(ownValue(inputs, 'messages')),
    ...(typeof prompt === 'string' ? { prompt } : {}),
  }
}

function ask(
  request: ModelRequest,
  context: InferenceContext,
  signal: AbortSignal,
): Promise<ModelReply> {
  return guarded(async () => {
    const reply = await context.source.reply(request, { signal })
    if ('streaming' in reply && reply.streaming !== undefined) checkStreaming(reply.streaming)
    if ('misbehave' in reply && reply.misbehave) checkMisbehaviourNames(reply.misbehave)
    return reply
  }, context)
}

/** What a model source does; a 500 that says what it threw. */
async function guarded<Reply extends ModelReply>(
  work: () => Promise<Reply>,
  { source, log }: InferenceContext,
): Promise<Reply | ErrorReply> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    log.error({ source: source.name, error: message }, 'the model source threw')
    return {
      error: { code: 8005, message: `The model source \`${source.name}\` threw: ${message}` },
    }
  }
}

function refuse(code: number, message?: string): InferenceOutcome {
  return { type: 'error', error: toServiceError({ code, ...(message && { message }) }) }
}
