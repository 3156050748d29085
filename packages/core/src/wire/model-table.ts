/** One live text model: its window in tokens, its neurons for a million tokens, and its traits. */
export type ModelRow = readonly [
  id: string,
  /** 0 where Cloudflare states none. */
  contextWindow: number,
  input: number,
  output: number,
  /** `T`: the catalogue says that it calls tools. `J`: JSON mode. `R`: it reasons before it answers. */
  traits?: string,
  cachedInput?: number,
]

/** The day of the pricing page that the prices below are from. */
export const PRICES_DATE = '2026-08-28'

/**
 * Every live text model that may be offered tools.
 *
 * Neurons: https://developers.cloudflare.com/workers-ai/platform/pricing/ of `PRICES_DATE`, the column that is billed. The two
 * `3.1` models without `fp8` in their name have no row of their own: theirs are those of their `fp8-fast` siblings.
 * Windows and traits: https://developers.cloudflare.com/workers-ai/models/, 2026-06 to 2026-09.
 */
export const MODEL_TABLE: readonly ModelRow[] = [
  ['meta/llama-3.1-8b-instruct-fast', 128_000, 4119, 34_868],
  ['meta/llama-3.1-8b-instruct-fp8', 32_000, 13_778, 26_128],
  ['meta/llama-3.1-8b-instruct-fp8-fast', 0, 4119, 34_868],
  ['meta/llama-3.1-70b-instruct', 0, 26_668, 204_805],
  ['meta/llama-3.1-70b-instruct-fp8-fast', 0, 26_668, 204_805],
  ['meta/llama-3.2-1b-instruct', 60_000, 2457, 18_252],
  ['meta/llama-3.2-3b-instruct', 80_000, 4625, 30_475],
  ['meta/llama-3.2-11b-vision-instruct', 128_000, 4410, 61_493],
  ['meta/llama-3.3-70b-instruct-fp8-fast', 24_000, 26_668, 204_805, 'TJ'],
  ['meta/llama-4-scout-17b-16e-instruct', 131_000, 24_545, 77_273, 'TJ'],
  // Its page has `guided_json` in place of JSON mode.
  ['mistralai/mistral-small-3.1-24b-instruct', 128_000, 31_876, 50_488, 'T'],
  ['qwen/qwen3-30b-a3b-fp8', 32_768, 4625, 30_475, 'TR'],
  ['qwen/qwen3.8-27b', 262_144, 40_909, 290_909, 'TJR'],
  ['qwen/qwen2.5-coder-32b-instruct', 32_768, 60_000, 90_909],
  ['qwen/qwq-32b', 24_000, 60_000, 90_909, 'R'],
  ['deepseek-ai/deepseek-r1-distill-qwen-32b', 80_000, 45_170, 443_756, 'JR'],
  ['deepseek-ai/deepseek-v4-flash-0731', 1_048_576, 40_000, 120_000, 'TJR', 1273],
  ['deepseek-ai/deepseek-v4-pro-0813', 1_048_576, 120_000, 360_000, 'TJR', 4000],
  ['zai-org/glm-4.7-flash', 131_072, 5500, 36_400, 'TJR'],
  ['zai-org/glm-5.2', 262_144, 127_273, 400_000, 'TJR', 23_636],
  ['zai-org/glm-5.3', 1_048_576, 127_273, 400_000, 'TJR', 23_636],
  ['zai-org/glm-5.3-flash', 1_048_576, 13_636, 45_455, 'TJR', 2727],
  ['google/gemma-4-26b-a4b-it', 256_000, 9091, 27_273, 'TJR'],
  ['ibm-granite/granite-4.0-h-micro', 131_000, 1542, 10_158, 'T'],
  ['openai/gpt-oss-20b', 128_000, 18_182, 27_273, 'TR'],
  ['openai/gpt-oss-120b', 128_000, 31_818, 68_182, 'TR'],
  ['nvidia/nemotron-3-120b-a12b', 256_000, 45_455, 136_364, 'TJR'],
  ['moonshotai/kimi-k2.6', 262_144, 86_364, 363_636, 'TJR', 14_545],
  ['moonshotai/kimi-k2.7-code', 262_144, 86_364, 363_636, 'TJR', 17_273],
]
