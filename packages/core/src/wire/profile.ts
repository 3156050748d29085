/** What Drover must know of a model to speak with it well. */
export interface ModelProfile {
  /** Input plus output tokens it takes; absent where Cloudflare states none. */
  readonly contextWindow?: number
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
}

/** What stands in the catalogue besides the profile. */
interface CatalogueEntry {
  readonly family: 'llama' | 'openai'
  readonly contextWindow?: number
}

const LLAMA: CatalogueEntry = { family: 'llama' }
const OPENAI: CatalogueEntry = { family: 'openai' }

/** Live text models that take tools or share their input schema. Source: protocol 7.7, Workers AI pricing and model pages, 2026-09. */
const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map<string, CatalogueEntry>([
  ['@cf/meta/llama-3.1-8b-instruct-fast', { ...LLAMA, contextWindow: 128_000 }],
  ['@cf/meta/llama-3.1-70b-instruct', LLAMA],
  ['@cf/meta/llama-3.1-8b-instruct-fp8', { ...LLAMA, contextWindow: 32_000 }],
  ['@cf/meta/llama-3.1-8b-instruct-fp8-fast', LLAMA],
  ['@cf/meta/llama-3.1-70b-instruct-fp8-fast', LLAMA],
  ['@cf/meta/llama-3.2-1b-instruct', { ...LLAMA, contextWindow: 60_000 }],
  ['@cf/meta/llama-3.2-3b-instruct', { ...LLAMA, contextWindow: 80_000 }],
  ['@cf/meta/llama-3.2-11b-vision-instruct', { ...LLAMA, contextWindow: 128_000 }],
  ['@cf/meta/llama-3.3-70b-instruct-fp8-fast', { ...LLAMA, contextWindow: 24_000 }],
  ['@cf/meta/llama-4-scout-17b-16e-instruct', { ...OPENAI, contextWindow: 131_000 }],
  ['@cf/mistralai/mistral-small-3.1-24b-instruct', { ...OPENAI, contextWindow: 128_000 }],
  ['@cf/qwen/qwen3-30b-a3b-fp8', { ...OPENAI, contextWindow: 32_768 }],
  ['@cf/qwen/qwen3.8-27b', { ...OPENAI, contextWindow: 262_144 }],
  ['@cf/qwen/qwen2.5-coder-32b-instruct', { ...OPENAI, contextWindow: 32_768 }],
  ['@cf/qwen/qwq-32b', { ...OPENAI, contextWindow: 24_000 }],
  ['@cf/deepseek-ai/deepseek-r1-distill-qwen-32b', { ...OPENAI, contextWindow: 80_000 }],
  ['@cf/deepseek-ai/deepseek-v4-flash-0731', { ...OPENAI, contextWindow: 1_048_576 }],
  ['@cf/deepseek-ai/deepseek-v4-pro-0813', { ...OPENAI, contextWindow: 1_048_576 }],
  ['@cf/zai-org/glm-4.7-flash', { ...OPENAI, contextWindow: 131_072 }],
  ['@cf/zai-org/glm-5.2', { ...OPENAI, contextWindow: 262_144 }],
  ['@cf/zai-org/glm-5.3', { ...OPENAI, contextWindow: 1_000_000 }],
  ['@cf/zai-org/glm-5.3-flash', OPENAI],
  ['@cf/google/gemma-4-26b-a4b-it', { ...OPENAI, contextWindow: 256_000 }],
  ['@cf/ibm-granite/granite-4.0-h-micro', { ...OPENAI, contextWindow: 131_000 }],
  ['@cf/openai/gpt-oss-20b', { ...OPENAI, contextWindow: 128_000 }],
  ['@cf/openai/gpt-oss-120b', { ...OPENAI, contextWindow: 128_000 }],
  ['@cf/nvidia/nemotron-3-120b-a12b', { ...OPENAI, contextWindow: 256_000 }],
  ['@cf/moonshotai/kimi-k2.6', { ...OPENAI, contextWindow: 256_000 }],
  ['@cf/moonshotai/kimi-k2.7-code', { ...OPENAI, contextWindow: 262_144 }],
])

const RETIRED_ON = '2026-05-30'
const LLAMA_70B = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const LLAMA_8B = '@cf/meta/llama-3.1-8b-instruct-fast'
const GLM = '@cf/zai-org/glm-4.7-flash'

/** Retired text models and the nearest live one. Source: Workers AI changelog of 2026-05-08. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  ['@cf/meta/llama-3.1-70b-instruct', LLAMA_70B],
  ['@cf/meta/llama-3.1-8b-instruct', LLAMA_8B],
  ['@cf/meta/llama-3.1-8b-instruct-awq', LLAMA_8B],
  ['@cf/meta/llama-3-8b-instruct', LLAMA_8B],
  ['@cf/meta/llama-3-8b-instruct-awq', LLAMA_8B],
  ['@hf/meta-llama/meta-llama-3-8b-instruct', LLAMA_8B],
  ['@cf/meta/llama-2-7b-chat-int8', LLAMA_8B],
  ['@cf/meta/llama-2-7b-chat-fp16', LLAMA_8B],
  ['@hf/nousresearch/hermes-2-pro-mistral-7b', GLM],
  ['@cf/mistral/mistral-7b-instruct-v0.1', GLM],
  ['@hf/mistral/mistral-7b-instruct-v0.2', GLM],
  ['@hf/google/gemma-7b-it', '@cf/google/gemma-4-26b-a4b-it'],
  ['@cf/google/gemma-3-12b-it', '@cf/google/gemma-4-26b-a4b-it'],
  ['@cf/moonshotai/kimi-k2.5', '@cf/moonshotai/kimi-k2.6'],
  ['@cf/microsoft/phi-2', GLM],
  ['@cf/defog/sqlcoder-7b-2', GLM],
])

/** A retired model's last day and its nearest live replacement. */
export interface Retirement {
  readonly on: string
  readonly successor: string
}

/** When a model was retired and what to use instead; undefined for one that is not known to be retired. */
export function retirementOf(model: string): Retirement | undefined {
  const successor = RETIRED.get(model)
  return successor === undefined ? undefined : { on: RETIRED_ON, successor }
}

/** The profile of a catalogued model; undefined for an unknown one. */
export function profileOf(model: string): ModelProfile | undefined {
  const entry = CATALOGUE.get(model)
  return entry === undefined ? undefined : toProfile(entry)
}

/** The profile of a model Drover does not know, from what the caller says of it. */
export function customProfile(given: Partial<ModelProfile>): ModelProfile {
  return { ...toProfile(OPENAI), ...given }
}

/** Every model id of the catalogue. */
export const knownModels = (): readonly string[] => [...CATALOGUE.keys()]

const toProfile = (entry: CatalogueEntry): ModelProfile => ({
  ...(entry.contextWindow !== undefined && { contextWindow: entry.contextWindow }),
  maxTokens: 2048,
  // Both forms pass both seed schemas; every OpenAI-dialect model takes only this one (protocol 3.1).
  toolFormat: 'function',
  history: entry.family,
})
