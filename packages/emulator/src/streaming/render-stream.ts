import type { JsonValue } from '@drover/core'
import type { Generation } from '../generation.ts'
import type { WireUsage } from '../tokens.ts'
import type { StreamEnding } from './apply-fault.ts'
import { applyFault, endingOf } from './apply-fault.ts'
import type { StreamFrame } from './frame-text.ts'
import { DONE, toFrameTexts } from './frame-text.ts'
import { padded } from './padding.ts'
import { toReplyFrames } from './reply-frames.ts'
import { createSeededRandom, idFrom } from './seeded-random.ts'
import { toChunks, upToBytes } from './stream-chunks.ts'
import type { StreamVariant } from './stream-variant.ts'
import { traitsOf } from './stream-variant.ts'
import type { StreamingOptions } from './streaming-options.ts'

/** What a stream says beside the reply. */
export interface StreamContext {
  readonly model: string
  readonly usage: WireUsage
  readonly neurons: number
  /** Seconds since 1970, UTC. */
  readonly created: number
  readonly seed: number
  readonly requestId: string
  /** The answer as JSON, for the variant that streams nothing. */
  readonly toBody: (createId: () => string) => JsonValue
}

/** An answer ready to be written; its chunks are made while they are read, once. */
export interface RenderedStream {
  readonly contentType: string
  readonly chunks: Iterable<Uint8Array>
  readonly ending: StreamEnding
  readonly delayMs: number
}

const PAGE = '<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>\n'

/** Makes the bytes of a reply, with all that is to go wrong with them. */
export function renderStream(
  generation: Generation,
  options: StreamingOptions & { readonly variant: StreamVariant },
  context: StreamContext,
): RenderedStream {
  const { variant, chunks = 'frame', lineEnds = 'lf', quirks = [], delayMs = 0, fault } = options
  // The count of tokens goes in, so that no two turns of a conversation have the same ids.
  const start = context.seed + context.usage.prompt_tokens
  const randomFor = (purpose: keyof typeof PURPOSES) => createSeededRandom(start, PURPOSES[purpose])
  const toBytes = (texts: Iterable<string>): Iterable<Uint8Array> => {
    const cut = toChunks(texts, chunks, randomFor('chunks'))
    return fault?.type === 'cut' && fault.afterBytes !== undefined
      ? upToBytes(cut, fault.afterBytes)
      : cut
  }
  const rest = { ending: endingOf(fault), delayMs }
  if (fault?.type === 'html') return { contentType: 'text/html', chunks: toBytes([PAGE]), ...rest }
  const withFault = (frames: Iterable<StreamFrame>): Iterable<StreamFrame> =>
    fault === undefined ? frames : applyFault(frames, fault, context.requestId)
  if (variant === 'json') {
    const random = randomFor('reply')
    const body = { data: JSON.stringify(context.toBody(() => idFrom(random))) }
    const texts = Array.from(withFault([body]), ({ data }) => data)
    return { contentType: 'application/json', chunks: toBytes(texts), ...rest }
  }
  const traits = traitsOf(variant)
  const replies = toReplyFrames(generation, traits, { ...context, random: randomFor('reply') })
  const frames = withDone(padded(replies, traits, randomFor('padding')))
  const texts = toFrameTexts(withFault(frames), { lineEnds, quirks, random: randomFor('lines') })
  return { contentType: 'text/event-stream', chunks: toBytes(texts), ...rest }
}

const PURPOSES = { reply: 0, padding: 1, lines: 2, chunks: 3 } as const

function* withDone(frames: Iterable<StreamFrame>): Generator<StreamFrame> {
  yield* frames
  yield { data: DONE }
}
