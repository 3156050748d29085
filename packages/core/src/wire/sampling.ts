import { checkNumber, type NumberRange } from '../option.ts'

/** How the model chooses its words. A field that is left out is left to the service. */
export interface Sampling {
  /** The most tokens a reply may have, at least 1. @default the model profile's, 2048 for most */
  readonly maxTokens?: number
  /** 0 to 5; the service's own default is 0.6. */
  readonly temperature?: number
  /** 0 to 2. */
  readonly topP?: number
  /** An integer, 1 to 50. */
  readonly topK?: number
  /** An integer, 1 to 9,999,999,999. */
  readonly seed?: number
  /** 0 to 2. */
  readonly repetitionPenalty?: number
  /** 0 to 2. */
  readonly frequencyPenalty?: number
  /** 0 to 2. */
  readonly presencePenalty?: number
}

/** Each field, its name on the wire and its limits there. Source: the input schema of both seed model pages. */
const FIELDS: readonly (readonly [keyof Sampling, string, NumberRange])[] = [
  ['maxTokens', 'max_tokens', { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true }],
  ['temperature', 'temperature', { min: 0, max: 5 }],
  ['topP', 'top_p', { min: 0, max: 2 }],
  ['topK', 'top_k', { min: 1, max: 50, integer: true }],
  ['seed', 'seed', { min: 1, max: 9_999_999_999, integer: true }],
  ['repetitionPenalty', 'repetition_penalty', { min: 0, max: 2 }],
  ['frequencyPenalty', 'frequency_penalty', { min: 0, max: 2 }],
  ['presencePenalty', 'presence_penalty', { min: 0, max: 2 }],
]

/** Sampling in the wire's words; `max_tokens` is always there. */
export interface WireSampling {
  readonly max_tokens: number
  readonly [field: string]: number
}

/**
 * Checks the sampling fields and puts them in the wire's words.
 * @throws DroverError `config.invalid` for a value out of the field's limits.
 */
export function toWireSampling(options: Sampling, defaultMaxTokens: number): WireSampling {
  const wire: Record<string, number> & { max_tokens: number } = { max_tokens: defaultMaxTokens }
  for (const [field, wireField, range] of FIELDS) {
    const value = options[field]
    checkNumber(field, value, range)
    if (value !== undefined) wire[wireField] = value
  }
  return wire
}
