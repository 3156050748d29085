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
