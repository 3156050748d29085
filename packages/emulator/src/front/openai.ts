import type { JsonObject } from '../json-object.ts'
import { ownValue } from '../json-object.ts'
import type { StreamVariant } from '../streaming/stream-variant.ts'

/** The inputs as the model's own schema has them: OpenAI's newer name for `max_tokens` becomes the older one. */
export function fromOpenAi(inputs: JsonObject): JsonObject {
  const limit = ownValue(inputs, 'max_completion_tokens')
  if (limit === undefined || ownValue(inputs, 'max_tokens') !== undefined) return inputs
  return { ...inputs, max_tokens: limit }
}

/** How a variant looks where only OpenAI's chunks are spoken: its namesake there, or `chat`. */
export function toChatVariant(variant: StreamVariant): StreamVariant {
  if (variant === 'json' || variant.startsWith('chat')) return variant
  return namesakes.get(variant) ?? 'chat'
}

const namesakes: ReadonlyMap<StreamVariant, StreamVariant> = new Map([
  ['native-leaked', 'chat-leaked'],
  ['native-functions', 'chat-whole'],
  ['native-usage-everywhere', 'chat-usage-everywhere'],
  ['native-arguments-first', 'chat-arguments-first'],
  ['native-interleaved', 'chat-interleaved'],
])
