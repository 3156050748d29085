import {
  streamVariants,
  toEventStream,
  type EventStream,
  type EventStreamOptions,
  type ModelToolCall,
} from '@drover/emulator'
import { distort, isDistortion } from './distort-reply.ts'
import type { FaultKind } from './fault-kinds.ts'
import { say, type Said } from './model.ts'
import type { Stage } from './stage.ts'
import { toStreamFault } from './stream-fault.ts'
import type { SeenRequest, ServedReply } from './witness.ts'

/** A reply on its way out. */
export interface RenderedReply extends EventStream {
  readonly reply: ServedReply
  /** Chunks after which it is whole: nothing that follows them needs to be read. */
  readonly wholeAfter: number
  /** Between two chunks there is a pause in which a client should give up. */
  readonly isSlow: boolean
}

/** Makes the model speak, and its reply the bytes of an answer in one of the service's shapes. */
export function renderReply(stage: Stage, request: SeenRequest): RenderedReply {
  const { random, faults } = stage.world
  const odd = faults.draw('reply')
  const said = say(stage, request, odd)
  const onWay = faults.draw('stream')
  const fault = onWay && (onWay !== 'unasked-stream') === request.isStreamed ? onWay : undefined
  if (fault !== undefined) faults.hit(fault)
  const isStream = fault === 'unasked-stream' || (request.isStreamed && fault !== 'json-as-stream')
  const text = said.isLong ? said.text.padEnd(request.maxTokens * 6, ' more') : said.text
  const planned = odd !== undefined && isDistortion(odd, isStream) ? odd : undefined
  const variant = isStream ? random.pick(STREAMED) : 'json'
  const rendered = toEventStream(
    { text, toolCalls: said.calls as readonly ModelToolCall[] }, // an input may be written as any JSON
    {
      model: isStream ? request.model : random.pick(DIALECT_MODELS),
      variant,
      maxTokens: request.maxTokens,
      inputTokens: request.inputTokens,
      seed: random.int(0, 1_000_000),
      ...(isStream && habits(stage, fault, planned !== undefined || text.length > 300)),
    },
  )
  const { chunks, isOther } = planned
    ? distort(planned, rendered.chunks, stage)
    : { chunks: rendered.chunks, isOther: false }
  const distortion = isOther ? planned : undefined
  // Calls that are written as text may stay text.
  const isLeaked = variant.endsWith('leaked') && said.calls.length > 0
  const plainText = isLeaked ? undefined : said.plainText
  const reply = witness(request, { ...said, plainText }, { ...rendered, chunks }, fault, distortion)
  const wholeAfter = chunksUntilDone(chunks)
  return { ...rendered, chunks, reply, wholeAfter, isSlow: fault === 'slow-stream' }
}

const STREAMED = streamVariants.filter((variant) => variant !== 'json')

/** A whole answer is in its model's dialect; there are three. */
const DIALECT_MODELS = [
  '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
  '@cf/meta/llama-4-scout-17b-16e-instruct',
  '@cf/qwen/qwen3-30b-a3b-fp8',
] as const

const QUIRKS = ['no-space', 'comments', 'fields', 'data-lines', 'byte-order-mark'] as const

function habits(
  stage: Stage,
  fault: FaultKind<'stream'> | undefined,
  isPlain: boolean,
): EventStreamOptions {
  const { random } = stage.world
  const streamFault = fault && toStreamFault(fault, random)
  return {
    // What is distorted is looked for in whole frames; a long text would be very many bytes.
    chunks: isPlain
      ? 'frame'
      : random.pick(['frame', 'frame', 'frames', 'random', 'whole', 'byte'] as const),
    lineEnds: random.pick(['lf', 'lf', 'crlf', 'cr'] as const),
    quirks: !isPlain && !fault && random.chance(0.2) ? [random.pick(QUIRKS)] : [],
    ...(streamFault && { fault: streamFault }),
  }
}

function witness(
  request: SeenRequest,
  said: Said,
  { chunks }: EventStream,
  fault: FaultKind<'stream'> | undefined,
  distortion: FaultKind<'reply'> | undefined,
): ServedReply {
  const written = said.calls.map(({ toolName, input }) =>
    JSON.stringify({ name: toolName, parameters: input }),
  )
  const spoken = [said.text, ...written].filter((part) => part !== '').join('\n')
  const tokens = Math.min(
    request.maxTokens,
    Math.ceil((said.isLong ? Infinity : spoken.length) / 4),
  )
  const isCut = tokens >= request.maxTokens
  const isOdd = distortion !== undefined
  const reply: ServedReply = {
    request,
    plainText: isCut || isOdd || fault !== undefined ? undefined : said.plainText,
    calls: said.made,
    usage:
      fault !== undefined || (distortion !== undefined && distortion !== 'same-ids')
        ? undefined
        : { input: request.inputTokens, output: tokens },
    isSound: fault === undefined || isSound(fault, chunks),
    // Where no tokens are told, nobody can know that a reply is cut.
    isDoubtful: (isCut && !distortion?.endsWith('usage')) || distortion === 'odd-finish',
    isSent: false,
  }
  for (const call of said.made) call.replies.push(reply)
  request.reply = reply
  request.billed = request.inputTokens + tokens
  return reply
}

/** Up to the one that ends the end mark; all of them where there is none. */
function chunksUntilDone(chunks: readonly Uint8Array[]): number {
  const mark = '[DONE]'
  let left = Buffer.concat(chunks).indexOf(mark) + mark.length
  if (left < mark.length) return chunks.length
  const last = chunks.findIndex((chunk) => (left -= chunk.length) <= 0)
  return last + 1
}

/** Whether a reply that something happened to is still whole: its end was said. */
function isSound(fault: FaultKind<'stream'>, chunks: readonly Uint8Array[]): boolean {
  if (fault === 'malformed-event' || fault.startsWith('error-event')) return false
  if (!/^(?:silent-stream|cut-stream|early-end|page-as-stream)$/.test(fault)) return true
  const text = new TextDecoder().decode(Buffer.concat(chunks))
  return /\[DONE\]|"finish_reason":"/.test(text)
}
