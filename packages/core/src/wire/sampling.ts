import { checkOption, integers, type NumberRange } from '../option.ts'

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

const TO_TWO: NumberRange = { min: 0, max: 2 }

/** Each field, its name on the wire and its limits there. Source: the input schema of both seed model pages. */
const FIELDS: readonly (readonly [keyof Sampling, string, NumberRange])[] = [
  ['maxTokens', 'max_tokens', integers(1)],
  ['temperature', 'temperature', { min: 0, max: 5 }],
  ['topP', 'top_p', TO_TWO],
  ['topK', 'top_k', integers(1, 50)],
  ['seed', 'seed', integers(1, 9_999_999_999)],
  ['repetitionPenalty', 'repetition_penalty', TO_TWO],
  ['frequencyPenalty', 'frequency_penalty', TO_TWO],
  ['presencePenalty', 'presence_penalty', TO_TWO],
]

/** Names of the sampling fields. */
export const SAMPLING_FIELDS: readonly (keyof Sampling)[] = FIELDS.map(([field]) => field)

/** The sampling fields of options that hold more. */
export const samplingOf = (options: Sampling): Sampling =>
  Object.fromEntries(SAMPLING_FIELDS.map((field) => [field, options[field]]))

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
    checkOption(field, value, range)
    if (value !== undefined) wire[wireField] = value
  }
  return wire
}
