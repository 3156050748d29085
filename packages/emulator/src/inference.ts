import { readMessages, readTools } from './conversation.ts'
import { fromOpenAi } from './front/openai.ts'
import { validateInputs } from './input-validation.ts'
import { readWantedJson } from './json-mode.ts'
import type { JsonObject } from './json-object.ts'
import { ownValue } from './json-object.ts'
import { checkMisbehaviourNames } from './misbehave/misbehave-options.ts'
import { findModel } from './model-catalogue.ts'
import type {
  ErrorReply,
  LiveReply,
  ModelReply,
  ModelRequest,
  SpokenReply,
} from './model-source.ts'
import { passesRunner } from './runner-check.ts'
import { toServiceError } from './service-error.ts'
import { checkStreaming } from './streaming/check-streaming.ts'
import { toLiveOptions } from './streaming/live-stream.ts'
import { countInputTokens } from './tokens.ts'
import type { Asker, InferenceContext } from './inference-context.ts'
import type { InferenceOutcome } from './outcome.ts'
import { refuse } from './outcome.ts'
import {
  asksForStream,
  dialectFor,
  maxTokensOf,
  toLiveOutcome,
  toOutcome,
  variantFor,
} from './to-outcome.ts'

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

/** The whole of a reply that is still being spoken. */
async function wholeOf({ live }: LiveReply): Promise<SpokenReply> {
  let next = await live.next()
  while (next.done !== true) next = await live.next()
  return next.value
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
