import type { JsonValue, Logger, Runtime } from '@drover/core'
import { readMessages, readTools } from './conversation.ts'
import { toResult } from './dialect.ts'
import { toEventStream } from './event-stream.ts'
import { generate } from './generation.ts'
import { validateInputs } from './input-validation.ts'
import type { JsonObject } from './json-object.ts'
import { ownValue } from './json-object.ts'
import { findModel } from './model-catalogue.ts'
import type { ModelReply, ModelRequest, ModelSource } from './model-source.ts'
import type { ServiceError } from './service-error.ts'
import { toServiceError } from './service-error.ts'
import type { WireUsage } from './tokens.ts'
import { countInputTokens, countTokens, toNeurons, toWireUsage } from './tokens.ts'

/** What an inference needs beside its inputs. */
export interface InferenceContext {
  readonly source: ModelSource
  readonly retired: 'serve' | 'refuse'
  readonly runtime: Runtime
  readonly log: Logger
}

/** One inference, done or refused. */
export type InferenceOutcome =
  | { readonly type: 'result'; readonly result: JsonValue; readonly neurons: number }
  | { readonly type: 'stream'; readonly text: string; readonly neurons: number }
  | { readonly type: 'error'; readonly error: ServiceError }

/** Does what stands behind both fronts: finds the model, validates, asks the source, cuts, counts and shapes. */
export async function infer(
  modelId: string,
  inputs: JsonObject,
  context: InferenceContext,
): Promise<InferenceOutcome> {
  const model = findModel(modelId)
  if (model === undefined) return refuse(5007, `No such model ${modelId} or task`)
  if (model.retiredOn !== undefined && context.retired === 'refuse') {
    return refuse(
      5028,
      `This model was deprecated on ${model.retiredOn}. Please use an alternative model`,
    )
  }
  const validated = validateInputs(inputs, model)
  if (!validated.ok) return refuse(5006, `Error: ${validated.message}`)
  const inputTokens = countInputTokens(validated.inputs)
  const maxTokens = Number(ownValue(validated.inputs, 'max_tokens'))
  const estimate = inputTokens + maxTokens
  if (model.contextWindow !== undefined && estimate > model.contextWindow) {
    return refuse(
      5021,
      `The estimated number of input and maximum output tokens (${estimate}) exceeded this model context window ` +
        `limit (${model.contextWindow})`,
    )
  }
  const reply = await ask(toModelRequest(modelId, validated.inputs), context)
  if ('error' in reply) return { type: 'error', error: toServiceError(reply.error) }
  if ('result' in reply) {
    const usage = toWireUsage(inputTokens, countTokens(JSON.stringify(reply.result)))
    return { type: 'result', result: reply.result, neurons: toNeurons(usage, model) }
  }
  const generation = generate(reply, maxTokens)
  const usage: WireUsage = toWireUsage(inputTokens, generation.outputTokens)
  const neurons = toNeurons(usage, model)
  const { runtime } = context
  if (ownValue(validated.inputs, 'stream') === true) {
    return { type: 'stream', text: toEventStream(generation, usage, runtime), neurons }
  }
  const result = toResult(model.dialect, generation, {
    model: modelId,
    usage,
    created: Math.floor(runtime.now() / 1000),
    createId: runtime.createId,
  })
  return { type: 'result', result, neurons }
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

async function ask(request: ModelRequest, context: InferenceContext): Promise<ModelReply> {
  try {
    return await context.source.reply(request)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    context.log.error({ source: context.source.name, error: message }, 'the model source threw')
    return {
      error: {
        code: 8005,
        message: `The model source \`${context.source.name}\` threw: ${message}`,
      },
    }
  }
}

function refuse(code: number, message: string): InferenceOutcome {
  return { type: 'error', error: toServiceError({ code, message }) }
}
