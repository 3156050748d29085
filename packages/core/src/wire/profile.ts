import { defined } from '../defined.ts'

/** What Drover must know of a model to speak with it well. */
export interface ModelProfile {
  /**
   * The `max_tokens` sent when none is chosen. The platform's own default of 256 cuts tool calls in half.
   * @default 2048
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
   * then (protocol 5).
   */
  readonly streamsTools: boolean
  /**
   * Whether it heeds `tool_choice`. Llama 3's schema has no such field; Mistral and GLM 4.7 are not held to it (protocol
   * 3.2). Such a model is offered the wanted tools alone and told to call.
   * @default true for all others
   */
  readonly heedsToolChoice: boolean
  /** Whether the service can hold it to a JSON schema (`response_format`). @default false */
  readonly jsonMode: boolean
}

/** Live text models of the Llama 3 family. Source: protocol 7.7, Workers AI model pages, 2026-09. */
const LLAMA = [
  '3.1-8b-instruct-fast',
  '3.1-8b-instruct-fp8',
  '3.1-8b-instruct-fp8-fast',
  '3.1-70b-instruct',
  '3.1-70b-instruct-fp8-fast',
  '3.2-1b-instruct',
  '3.2-3b-instruct',
  '3.2-11b-vision-instruct',
  '3.3-70b-instruct-fp8-fast',
].map((name) => `@cf/meta/llama-${name}`)

/** The other live text models that take tools. Same sources. */
const OPENAI = [
  'meta/llama-4-scout-17b-16e-instruct',
  'mistralai/mistral-small-3.1-24b-instruct',
  'qwen/qwen3-30b-a3b-fp8',
  'qwen/qwen3.8-27b',
  'qwen/qwen2.5-coder-32b-instruct',
  'qwen/qwq-32b',
  'deepseek-ai/deepseek-r1-distill-qwen-32b',
  'deepseek-ai/deepseek-v4-flash-0731',
  'deepseek-ai/deepseek-v4-pro-0813',
  'zai-org/glm-4.7-flash',
  'zai-org/glm-5.2',
  'zai-org/glm-5.3',
  'zai-org/glm-5.3-flash',
  'google/gemma-4-26b-a4b-it',
  'ibm-granite/granite-4.0-h-micro',
  'openai/gpt-oss-20b',
  'openai/gpt-oss-120b',
  'nvidia/nemotron-3-120b-a12b',
  'moonshotai/kimi-k2.6',
  'moonshotai/kimi-k2.7-code',
].map((name) => `@cf/${name}`)

/** The live models whose catalogue page has JSON mode. Source: Workers AI model pages, 2026-06 to 2026-09. */
const JSON_MODE =
  /^@cf\/(meta\/llama-3\.3-70b|meta\/llama-4-scout|qwen\/qwen3\.8|deepseek-ai\/|zai-org\/|google\/gemma-4|nvidia\/nemotron-3|moonshotai\/)/

const RETIRED_ON = '2026-05-30'

/** Retired text models by the nearest live one. Source: Workers AI changelog of 2026-05-08. */
const RETIRED: readonly (readonly [successor: string, ...retired: string[]])[] = [
  ['@cf/meta/llama-3.3-70b-instruct-fp8-fast', '@cf/meta/llama-3.1-70b-instruct'],
  [
    '@cf/meta/llama-3.1-8b-instruct-fast',
    '@cf/meta/llama-3.1-8b-instruct',
    '@cf/meta/llama-3.1-8b-instruct-awq',
    '@cf/meta/llama-3-8b-instruct',
    '@cf/meta/llama-3-8b-instruct-awq',
    '@hf/meta-llama/meta-llama-3-8b-instruct',
    '@cf/meta/llama-2-7b-chat-int8',
    '@cf/meta/llama-2-7b-chat-fp16',
  ],
  [
    '@cf/zai-org/glm-4.7-flash',
    '@hf/nousresearch/hermes-2-pro-mistral-7b',
    '@cf/mistral/mistral-7b-instruct-v0.1',
    '@hf/mistral/mistral-7b-instruct-v0.2',
    '@cf/microsoft/phi-2',
    '@cf/defog/sqlcoder-7b-2',
  ],
  ['@cf/google/gemma-4-26b-a4b-it', '@hf/google/gemma-7b-it', '@cf/google/gemma-3-12b-it'],
  ['@cf/moonshotai/kimi-k2.6', '@cf/moonshotai/kimi-k2.5'],
]

/** A retired model's last day and its nearest live replacement. */
export interface Retirement {
  readonly on: string
  readonly successor: string
}

/** When a model was retired and what to use instead; undefined for one that is not known to be retired. */
export function retirementOf(model: string): Retirement | undefined {
  const row = RETIRED.find(([, ...retired]) => retired.includes(model))
  return row && { on: RETIRED_ON, successor: row[0] }
}

/** The profile of a model, with what the caller corrects of it. An unknown model is taken to speak as most do. */
export const profileOf = (model: string, given: Partial<ModelProfile> = {}): ModelProfile => ({
  maxTokens: 2048,
  // Both forms pass both seed schemas; every OpenAI-dialect model takes only this one (protocol 3.1).
  toolFormat: 'function',
  history: LLAMA.includes(model) ? 'llama' : 'openai',
  streamsTools: !LLAMA.includes(model),
  heedsToolChoice: !/\/(meta-)?llama-3|\/mistral-|\/glm-4\.7/.test(model),
  jsonMode: JSON_MODE.test(model),
  ...defined({ ...given }),
})

/** Every model id Drover knows. */
export const knownModels = (): readonly string[] => [...LLAMA, ...OPENAI]
