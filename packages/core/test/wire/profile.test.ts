import { createAgent, type ModelProfile } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { knownModels, PRICES_DATE, profileOf, USD_PER_NEURON } from '@drover/core/wire'
import { describe, expect, test } from 'vitest'

const seed = '@cf/meta/llama-3.1-8b-instruct-fast'

describe('what is known of a model', () => {
  /** Window, printed dollars and printed neurons for a million tokens in and out, from the pages of Cloudflare. */
  const printed: [string, number | undefined, [number, number], [number, number]][] = [
    [seed, 128_000, [0.045, 0.384], [4119, 34_868]],
    ['@cf/meta/llama-3.1-70b-instruct', undefined, [0.293, 2.253], [26_668, 204_805]],
    ['@cf/meta/llama-3.3-70b-instruct-fp8-fast', 24_000, [0.293, 2.253], [26_668, 204_805]],
    ['@cf/meta/llama-3.1-8b-instruct-fp8', 32_000, [0.152, 0.287], [13_778, 26_128]],
    ['@cf/meta/llama-3.2-1b-instruct', 60_000, [0.027, 0.201], [2457, 18_252]],
    ['@cf/meta/llama-3.2-3b-instruct', 80_000, [0.051, 0.335], [4625, 30_475]],
    ['@cf/meta/llama-3.2-11b-vision-instruct', 128_000, [0.049, 0.676], [4410, 61_493]],
    ['@cf/meta/llama-4-scout-17b-16e-instruct', 131_000, [0.27, 0.85], [24_545, 77_273]],
    ['@cf/mistralai/mistral-small-3.1-24b-instruct', 128_000, [0.351, 0.555], [31_876, 50_488]],
    ['@cf/qwen/qwen3-30b-a3b-fp8', 32_768, [0.051, 0.335], [4625, 30_475]],
    ['@cf/qwen/qwen3.8-27b', 262_144, [0.45, 3.2], [40_909, 290_909]],
    ['@cf/zai-org/glm-4.7-flash', 131_072, [0.06, 0.4], [5500, 36_400]],
    ['@cf/zai-org/glm-5.3', 1_048_576, [1.4, 4.4], [127_273, 400_000]],
    ['@cf/google/gemma-4-26b-a4b-it', 256_000, [0.1, 0.3], [9091, 27_273]],
    ['@cf/ibm-granite/granite-4.0-h-micro', 131_000, [0.017, 0.112], [1542, 10_158]],
    ['@cf/openai/gpt-oss-20b', 128_000, [0.2, 0.3], [18_182, 27_273]],
    ['@cf/openai/gpt-oss-120b', 128_000, [0.35, 0.75], [31_818, 68_182]],
    ['@cf/nvidia/nemotron-3-120b-a12b', 256_000, [0.5, 1.5], [45_455, 136_364]],
    ['@cf/moonshotai/kimi-k2.6', 262_144, [0.95, 4], [86_364, 363_636]],
    ['@cf/deepseek-ai/deepseek-v4-flash-0731', 1_048_576, [0.44, 1.32], [40_000, 120_000]],
  ]

  test.each(printed)(
    '%s has the window and the prices of its page',
    (model, window, usd, neurons) => {
      const { contextWindow, price } = profileOf(model)
      expect(contextWindow).toBe(window)
      // Dollars are printed with three digits; neurons are what is billed.
      expect([price?.input, price?.output].map((value) => Number(value?.toFixed(3)))).toEqual(usd)
      const billed = [price?.input, price?.output].map((value) =>
        Math.round((value ?? 0) / USD_PER_NEURON),
      )
      expect(billed).toEqual(neurons)
    },
  )

  test.each([
    ['@cf/moonshotai/kimi-k2.6', 0.16],
    ['@cf/moonshotai/kimi-k2.7-code', 0.19],
    ['@cf/zai-org/glm-5.2', 0.26],
    ['@cf/zai-org/glm-5.3-flash', 0.03],
    ['@cf/deepseek-ai/deepseek-v4-pro-0813', 0.044],
  ])('%s has a price of its own for cached input', (model, cached) => {
    expect(profileOf(model).price?.cachedInput).toBeCloseTo(cached, 3)
  })

  test('every known model has a price, and the day the prices are from', () => {
    expect(knownModels().filter((model) => profileOf(model).price === undefined)).toEqual([])
    expect(PRICES_DATE).toMatch(/^2026-\d\d-\d\d$/)
  })

  test('the Llama 3 family is spoken to in its own way', () => {
    const own: Partial<ModelProfile> = {
      history: 'llama',
      streamsTools: false,
      parallelCalls: false,
      dialect: 'flat',
      maxTokens: 2048,
      toolFormat: 'function',
    }
    for (const name of [seed, '@cf/meta/llama-3.3-70b-instruct-fp8-fast']) {
      expect(profileOf(name)).toMatchObject(own)
    }
    expect(profileOf('@cf/meta/llama-4-scout-17b-16e-instruct')).toMatchObject({
      history: 'openai',
      streamsTools: true,
      parallelCalls: true,
      dialect: 'scout',
    })
  })

  test.each<[string, Partial<ModelProfile>]>([
    [seed, { callsTools: false, jsonMode: false, reasons: false }],
    ['@cf/meta/llama-3.3-70b-instruct-fp8-fast', { callsTools: true, jsonMode: true }],
    ['@cf/mistralai/mistral-small-3.1-24b-instruct', { dialect: 'flat', jsonMode: false }],
    ['@cf/zai-org/glm-4.7-flash', { dialect: 'chat', callsTools: true, reasons: true }],
    ['@cf/ibm-granite/granite-4.0-h-micro', { callsTools: true, reasons: false }],
    ['@cf/deepseek-ai/deepseek-r1-distill-qwen-32b', { callsTools: false, jsonMode: true }],
  ])('%s has the traits its page tells', (model, traits) => {
    expect(profileOf(model)).toMatchObject(traits)
  })

  test('a model that reasons is given more room, since its thoughts count', () => {
    expect(profileOf('@cf/qwen/qwen3-30b-a3b-fp8').maxTokens).toBe(4096)
  })

  test('an unknown model is taken to speak as most do, and has no price and no window', () => {
    const profile = profileOf('@cf/new/model')
    expect(profile).toMatchObject({ history: 'openai', streamsTools: true, dialect: 'chat' })
    expect(profile).not.toHaveProperty('price')
    expect(profile).not.toHaveProperty('contextWindow')
  })

  test('what the caller says of a model wins', () => {
    const price = { input: 1, output: 2 }
    expect(profileOf(seed, { price, contextWindow: 7000 })).toMatchObject({
      price,
      contextWindow: 7000,
      history: 'llama',
    })
  })
})

test.each([
  ['contextWindow', 0],
  ['streamsTools', 'yes'],
  ['jsonMode', 1],
  ['dialect', 'xml'],
  ['price', 3],
  ['price', { input: 1 }],
  ['price', { input: -1, output: 2 }],
  ['price', { input: 1, output: Number.NaN }],
  ['price', { input: 1, output: 2, cachedInput: '0' }],
])('a profile whose %s is %o is refused before any request', (field, value) => {
  const profile = { [field]: value }
  const backend = scriptedBackend([])
  expect(() => createAgent({ backend, model: '@cf/new/model', profile })).toThrow(
    `\`profile.${field}`,
  )
})
