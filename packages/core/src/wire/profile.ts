import { defined } from '../defined.ts'
import { MODEL_TABLE, type ModelRow } from './model-table.ts'
import { USD_PER_NEURON, type ModelPrice } from './price.ts'

/** What Drover must know of a model to speak with it well. */
export interface ModelProfile {
  /**
   * The `max_tokens` sent when none is chosen. The platform's own default of 256 cuts tool calls in half.
   * @default 2048, 4096 for a model that reasons
   */
  readonly maxTokens: number
  /** The form of `tools` it is given where `toolFormat` is `auto`. @default 'function' */
  readonly toolFormat: 'flat' | 'function'
  /**
   * How earlier calls are shown to it. `llama`: one call a turn, its JSON also in the content, as the Llama 3 template
   * writes it; `openai`: `tool_calls` alone.
   */
  readonly history: 'llama' | 'openai'
  /**
   * Whether a request that offers tools may ask for a stream. The Llama 3 models gave blank streams or lost their calls
   * then (protocol 5). @default true for all others
   */
  readonly streamsTools: boolean
  /**
   * Whether it heeds `tool_choice`. Llama 3's schema has no such field; Mistral and GLM 4.7 are not held to it (protocol
   * 3.2). Such a model is offered the wanted tools alone and told to call. @default true for all others
   */
  readonly heedsToolChoice: boolean
  /** Whether it makes several calls in one reply. Llama 3's template has one. @default true for all others */
  readonly parallelCalls: boolean
  /**
   * The shape its replies are likely to have: `flat`, Llama 3's own; `scout`, the same around OpenAI's calls; `chat`, a whole
   * `chat.completion`. A hint only: replies are read by the shape they have. @default 'chat'
   */
  readonly dialect: 'flat' | 'scout' | 'chat'
  /** Whether the service's catalogue says that it calls tools. One that it does not say it of may, less surely. @default false */
  readonly callsTools: boolean
  /** Whether it thinks before it answers; the thoughts count against `max_tokens`. @default false */
  readonly reasons: boolean
  /** Whether the service can hold it to a JSON schema (`response_format`). @default false */
  readonly jsonMode: boolean
  /** Tokens of input and `max_tokens` together. Absent where Cloudflare states none. */
  readonly contextWindow?: number
  /** US dollars for a million tokens. Absent where it is not known; it is never guessed. */
  readonly price?: ModelPrice
}

const rows: ReadonlyMap<string, Row> = new Map(
  MODEL_TABLE.map(([name, ...row]) => [`@cf/${name}`, row]),
)

/** The profile of a model, with what the caller corrects of it. An unknown model is taken to speak as most do. */
export function profileOf(model: string, given: Partial<ModelProfile> = {}): ModelProfile {
  const [contextWindow, input, output, traits = '', cachedInput] = rows.get(model) ?? []
  // One template and one runner for the family (protocol 3.3 and 5).
  const llama3 = /\/(meta-)?llama-3/.test(model)
  const reasons = traits.includes('R')
  return {
    maxTokens: reasons ? 4096 : 2048,
    // Both forms pass both seed schemas; every OpenAI-dialect model takes only this one (protocol 3.1).
    toolFormat: 'function',
    history: llama3 ? 'llama' : 'openai',
    streamsTools: !llama3,
    heedsToolChoice: !llama3 && !/\/mistral-|\/glm-4\.7/.test(model),
    parallelCalls: !llama3,
    dialect:
      llama3 || model.includes('/mistral-small-')
        ? 'flat'
        : model.includes('-scout-')
          ? 'scout'
          : 'chat',
    callsTools: traits.includes('T'),
    reasons,
    jsonMode: traits.includes('J'),
    ...defined({
      contextWindow: contextWindow || undefined,
      price: input && output ? toPrice(input, output, cachedInput) : undefined,
    }),
    ...defined({ ...given }),
  }
}

/** Every model id Drover knows. */
export const knownModels = (): readonly string[] => [...rows.keys()]

/** Neurons for a million tokens, as they are billed, in dollars. */
const toPrice = (input: number, output: number, cachedInput: number | undefined): ModelPrice => ({
  input: input * USD_PER_NEURON,
  output: output * USD_PER_NEURON,
  ...(cachedInput !== undefined && { cachedInput: cachedInput * USD_PER_NEURON }),
})

type Row = ModelRow extends readonly [string, ...infer Rest] ? Rest : never
