/**
 * How calls go through a stream. `flat`: whole, as `{ name, arguments }`, all in one frame. `flat-each`: a frame for
 * each. `whole`: OpenAI-shaped, all in one frame without index. `deltas`: OpenAI-shaped in pieces, one call after the
 * other. `arguments-first`: each call's name after its arguments. `interleaved`: the pieces of all calls mixed.
 */
export type CallStyle =
  | 'flat'
  | 'flat-each'
  | 'whole'
  | 'deltas'
  | 'arguments-first'
  | 'interleaved'

/** How one variant differs from the others. */
export interface VariantTraits {
  /** `native`: `{ response, … }`. `chat`: OpenAI's `{ choices: [{ delta }] }`. */
  readonly envelope: 'native' | 'chat'
  /** `text`: written into the text, as their JSON. */
  readonly calls: CallStyle | 'text'
  /** `newer` backends send `tool_calls: []` with every frame, null text with the usage, and count neurons. */
  readonly backend?: 'newer'
  /** Some frames come without `response`. */
  readonly gaps?: true
  /** Pieces of text that are numbers come as numbers. */
  readonly numbers?: true
  /** A frame of its own says why the reply ended; `chat` always does. */
  readonly finishFrame?: true
  /** Every frame carries the usage so far, not the last one alone. */
  readonly usageEverywhere?: true
}

/**
 * The shapes in which the service streams, or is reported to:
 *
 * - `native`: Llama 3.1's `{ response, p }`; all calls whole in one frame, without ids; then the usage.
 * - `native-usage-everywhere`: the same, each frame with the usage so far.
 * - `native-numbers`: the same, where text that is a number comes as one (`"response": 42`).
 * - `native-call-each`: the same, with a frame for each call.
 * - `native-functions`: the same, with OpenAI-shaped whole calls in one frame, without index.
 * - `native-leaked`: the same, but calls stream as the text of their JSON. What Llama 3.1 tends to do.
 * - `native-newer`: Llama 3.3's frames: each has `tool_calls`, the usage frame has null text and neurons.
 * - `native-gaps`: the same, with frames that have no `response`.
 * - `native-deltas`: the newer frames with OpenAI-shaped calls: the name, pieces of arguments, a null sentinel.
 * - `native-arguments-first`: the same, but each call's arguments come before its name.
 * - `native-interleaved`: the same, the pieces of all calls mixed.
 * - `native-finish`: `native-deltas` with a frame of its own for the finish reason.
 * - `chat`: OpenAI's chunks; the usage comes last, in a chunk without choices.
 * - `chat-usage-everywhere`: the same, each chunk with the usage so far.
 * - `chat-whole`: the same, with all calls whole in one chunk, without index.
 * - `chat-arguments-first`, `chat-interleaved`, `chat-leaked`: as their native namesakes.
 * - `json`: no stream at all: the whole answer as JSON, although a stream was asked for.
 */
export type StreamVariant =
  | 'native'
  | 'native-usage-everywhere'
  | 'native-numbers'
  | 'native-call-each'
  | 'native-functions'
  | 'native-leaked'
  | 'native-newer'
  | 'native-gaps'
  | 'native-deltas'
  | 'native-arguments-first'
  | 'native-interleaved'
  | 'native-finish'
  | 'chat'
  | 'chat-usage-everywhere'
  | 'chat-whole'
  | 'chat-arguments-first'
  | 'chat-interleaved'
  | 'chat-leaked'
  | 'json'

const newer = { envelope: 'native', backend: 'newer' } as const

const traits: Readonly<Record<Exclude<StreamVariant, 'json'>, VariantTraits>> = {
  native: { envelope: 'native', calls: 'flat' },
  'native-usage-everywhere': { envelope: 'native', calls: 'flat', usageEverywhere: true },
  'native-numbers': { envelope: 'native', calls: 'flat', numbers: true },
  'native-call-each': { envelope: 'native', calls: 'flat-each' },
  'native-functions': { envelope: 'native', calls: 'whole' },
  'native-leaked': { envelope: 'native', calls: 'text' },
  'native-newer': { ...newer, calls: 'flat' },
  'native-gaps': { ...newer, calls: 'flat', gaps: true },
  'native-deltas': { ...newer, calls: 'deltas' },
  'native-arguments-first': { ...newer, calls: 'arguments-first' },
  'native-interleaved': { ...newer, calls: 'interleaved' },
  'native-finish': { ...newer, calls: 'deltas', finishFrame: true },
  chat: { envelope: 'chat', calls: 'deltas' },
  'chat-usage-everywhere': { envelope: 'chat', calls: 'deltas', usageEverywhere: true },
  'chat-whole': { envelope: 'chat', calls: 'whole' },
  'chat-arguments-first': { envelope: 'chat', calls: 'arguments-first' },
  'chat-interleaved': { envelope: 'chat', calls: 'interleaved' },
  'chat-leaked': { envelope: 'chat', calls: 'text' },
}

/** Every variant by name: to run a test over all of them. */
export const streamVariants: readonly StreamVariant[] = [
  // The keys of a record over the union are the union.
  ...(Object.keys(traits) as Exclude<StreamVariant, 'json'>[]),
  'json',
]

/** What a variant is made of. */
export function traitsOf(variant: Exclude<StreamVariant, 'json'>): VariantTraits {
  return traits[variant]
}
