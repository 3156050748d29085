import type { SpokenReply } from '../model-source.ts'
import { toServiceError } from '../service-error.ts'
import { toErrorFrame } from './apply-fault.ts'
import type { StreamFrame } from './frame-text.ts'
import { DONE, toFrameTexts } from './frame-text.ts'
import { padded } from './padding.ts'
import type { RenderedStream, StreamContext } from './render-stream.ts'
import type { EndedReply } from './reply-frames.ts'
import { toLiveFrames } from './reply-frames.ts'
import { createSeededRandom } from './seeded-random.ts'
import type { StreamVariant } from './stream-variant.ts'
import { traitsOf } from './stream-variant.ts'
import type { StreamingOptions } from './streaming-options.ts'

/** A stream whose chunks are made when the model has spoken them. */
export interface LiveStream extends Omit<RenderedStream, 'chunks'> {
  readonly chunks: AsyncIterable<Uint8Array>
}

/** What a live stream says beside the reply. */
export interface LiveContext extends Omit<StreamContext, 'usage' | 'neurons' | 'toBody'> {
  /** Counts the reply once it is whole. */
  readonly end: (reply: SpokenReply) => EndedReply
  /** Aborted once the client has left: nobody reads what went wrong then. */
  readonly signal: AbortSignal
}

/** How a reply that is still being spoken can be streamed. */
export interface LiveOptions extends StreamingOptions {
  readonly variant: Exclude<StreamVariant, 'json'>
}

/** The options of a reply that can be streamed while it comes; undefined where they need the whole of it first. */
export function toLiveOptions(
  options: StreamingOptions & { readonly variant: StreamVariant },
): LiveOptions | undefined {
  const { variant, fault, chunks = 'frame', quirks = [] } = options
  if (fault !== undefined || chunks !== 'frame' || quirks.length > 0) return undefined
  if (variant === 'json' || traitsOf(variant).usageEverywhere) return undefined
  return { ...options, variant }
}

/** Makes the bytes of a reply while it is being spoken. */
export function renderLive(
  live: AsyncGenerator<string, SpokenReply, undefined>,
  options: LiveOptions,
  context: LiveContext,
): LiveStream {
  const { delayMs = 0 } = options
  const chunks = toChunks(live, options, context)
  return { contentType: 'text/event-stream', chunks, ending: 'end', delayMs }
}

async function* toChunks(
  live: AsyncGenerator<string, SpokenReply, undefined>,
  { variant, lineEnds = 'lf' }: LiveOptions,
  context: LiveContext,
): AsyncGenerator<Uint8Array> {
  const traits = traitsOf(variant)
  const encoder = new TextEncoder()
  const lines = { lineEnds, quirks: [], random: createSeededRandom(context.seed, 2) }
  const toBytes = (frames: Iterable<StreamFrame>): Uint8Array =>
    encoder.encode([...toFrameTexts(frames, lines)].join(''))
  const padding = createSeededRandom(context.seed, 1)
  const random = createSeededRandom(context.seed, 0)
  const pieces = ended(live, context.end)
  try {
    for await (const frame of toLiveFrames(pieces, traits, { ...context, random })) {
      yield toBytes(padded([frame], traits, padding))
    }
    yield toBytes([{ data: DONE }])
  } catch (error) {
    if (context.signal.aborted) return
    const message = error instanceof Error ? error.message : String(error)
    const failed = toServiceError({ code: 8005, message })
    yield toBytes([toErrorFrame('errors', failed, context.requestId)])
  } finally {
    await live.return({})
  }
}

/** The same pieces; the reply is counted at its end. */
async function* ended(
  live: AsyncGenerator<string, SpokenReply, undefined>,
  end: (reply: SpokenReply) => EndedReply,
): AsyncGenerator<string, EndedReply, undefined> {
  return end(yield* live)
}
