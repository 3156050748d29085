import { DroverError } from '@drover/core'
import { checkOption } from '@drover/core/wire'
import { toResult } from '../dialect.ts'
import { generate } from '../generation.ts'
import { findModel } from '../model-catalogue.ts'
import type { SpokenReply } from '../model-source.ts'
import { toNeurons, toWireUsage } from '../tokens.ts'
import type { StreamEnding } from './apply-fault.ts'
import { checkStreaming } from './check-streaming.ts'
import { renderStream } from './render-stream.ts'
import type { StreamingOptions } from './streaming-options.ts'

/** A reply as an emulator would stream it; no `delayMs`, since nothing is sent. */
export interface EventStreamOptions extends Omit<StreamingOptions, 'delayMs'> {
  /** One the emulator knows; decides the default variant. @default '@cf/meta/llama-3.1-8b-instruct-fast' */
  readonly model?: string
  /** Cuts the reply as the service does. @default nothing is cut */
  readonly maxTokens?: number
  /** For the usage. @default 12 */
  readonly inputTokens?: number
}

/** The bytes of one streamed answer, as they come out of the connection. */
export interface EventStream {
  /** `text/event-stream`, or what comes in its place. */
  readonly contentType: string
  /** Never an empty one. */
  readonly chunks: readonly Uint8Array[]
  /** What follows the last chunk: an end, a broken connection, or nothing on an open one. */
  readonly ending: StreamEnding
}

const TOKENS = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const

/**
 * What a model says as the bytes of its stream, without a server: for tests of whatever reads such streams. Pure: the
 * same arguments give the same bytes. With the variant `json`, the bare answer that is not streamed.
 * @throws {DroverError} `config.invalid` when an option is not what it may be.
 */
export function toEventStream(
  reply: Pick<SpokenReply, 'text' | 'toolCalls'>,
  options: EventStreamOptions = {},
): EventStream {
  const { model = '@cf/meta/llama-3.1-8b-instruct-fast', maxTokens, inputTokens, ...rest } = options
  checkStreaming(rest)
  checkOption('maxTokens', maxTokens, TOKENS)
  checkOption('inputTokens', inputTokens, TOKENS)
  const entry = findModel(model)
  if (entry === undefined) {
    throw new DroverError('config.invalid', `Expected \`model\` to be known here, got ${model}.`)
  }
  const generation = generate(reply, maxTokens ?? Number.MAX_SAFE_INTEGER)
  const usage = toWireUsage(inputTokens ?? 12, generation.outputTokens)
  const context = {
    model,
    usage,
    neurons: toNeurons(usage, entry),
    created: 0,
    seed: rest.seed ?? 0,
    requestId: '00000000-0000-4000-8000-000000000000',
  }
  const toBody = (createId: () => string) =>
    toResult(entry.dialect, generation, { ...context, createId })
  const variant = rest.variant ?? entry.streams
  const { contentType, chunks, ending } = renderStream(
    generation,
    { ...rest, variant },
    { ...context, toBody },
  )
  return { contentType, chunks: [...chunks], ending }
}
