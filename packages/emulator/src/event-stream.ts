import type { JsonValue, Runtime } from '@drover/core'
import { toFlatCalls } from './dialect.ts'
import type { Generation } from './generation.ts'
import type { WireUsage } from './tokens.ts'

const PADDING = 'abcdefghijklmnopqrstuvwxyz0123456789'

/**
 * The whole answer as the native event stream: a frame for each word with padding of random length (`p`, the service's
 * guard against guessing tokens from sizes), all calls in one frame, the usage, `[DONE]`.
 */
export function toEventStream(generation: Generation, usage: WireUsage, runtime: Runtime): string {
  const words = (generation.text ?? '').match(/\S*\s*/g) ?? []
  const frames: JsonValue[] = words
    .filter((word) => word !== '')
    .map((response) => ({ response, p: padding(runtime) }))
  if (generation.toolCalls.length > 0) {
    frames.push({ response: '', tool_calls: toFlatCalls(generation.toolCalls) })
  }
  frames.push({ response: '', usage: { ...usage } })
  return `${frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')}data: [DONE]\n\n`
}

function padding(runtime: Runtime): string {
  return PADDING.slice(0, 1 + Math.floor(runtime.random() * PADDING.length))
}
