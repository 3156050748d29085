import type { StreamVariant } from './streaming/stream-variant.ts'

/**
 * How a model's answers are shaped. `flat`: Llama 3's `{ response, tool_calls: [{ name, arguments }] }`. `scout`: the
 * same envelope around OpenAI-shaped calls. `chat`: a whole OpenAI `chat.completion`.
 */
export type Dialect = 'flat' | 'scout' | 'chat'

/** What the emulator knows of one model. */
export interface ModelEntry {
  readonly dialect: Dialect
  /** How it streams unless told otherwise. */
  readonly streams: StreamVariant
  /** Input and output tokens together; absent where Cloudflare states none. */
  readonly contextWindow?: number
  /** Neurons for a million tokens, in and out. */
  readonly neurons: readonly [input: number, output: number]
  /** The day the service retired it, `YYYY-MM-DD`. */
  readonly retiredOn?: string
}

// Neurons: https://developers.cloudflare.com/workers-ai/platform/pricing/, 2026-09. The two seeds have no row of their
// own; theirs are those of their fp8-fast siblings.
const models: ReadonlyMap<string, ModelEntry> = new Map<string, ModelEntry>([
  [
    '@cf/meta/llama-3.1-8b-instruct-fast',
    { dialect: 'flat', streams: 'native-leaked', contextWindow: 128_000, neurons: [4119, 34_868] },
  ],
  [
    '@cf/meta/llama-3.1-70b-instruct',
    {
      dialect: 'flat',
      streams: 'native-leaked',
      neurons: [26_668, 204_805],
      retiredOn: '2026-05-30',
    },
  ],
  [
    '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
    { dialect: 'flat', streams: 'native-newer', contextWindow: 24_000, neurons: [26_668, 204_805] },
  ],
  [
    '@cf/meta/llama-4-scout-17b-16e-instruct',
    {
      dialect: 'scout',
      streams: 'native-deltas',
      contextWindow: 131_000,
      neurons: [24_545, 77_273],
    },
  ],
  [
    '@cf/qwen/qwen3-30b-a3b-fp8',
    { dialect: 'chat', streams: 'chat', contextWindow: 32_768, neurons: [4627, 30_455] },
  ],
  [
    '@cf/zai-org/glm-4.7-flash',
    { dialect: 'chat', streams: 'chat', contextWindow: 131_072, neurons: [5500, 36_364] },
  ],
])

/** The model with this id, or `undefined`: the service then answers 5007. */
export function findModel(id: string): ModelEntry | undefined {
  return models.get(id)
}
