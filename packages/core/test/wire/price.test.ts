import { createAgent, generate } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { costOf, profileOf, readReply } from '@drover/core/wire'
import { describe, expect, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const { price } = profileOf(model)

describe('a cost', () => {
  test('is the tokens at the price of the model, in neurons and in dollars', () => {
    const cost = costOf({ inputTokens: 1_000_000, outputTokens: 1_000_000 }, price)
    expect(cost?.neurons).toBeCloseTo(4119 + 34_868, 6)
    expect(cost?.usd).toBeCloseTo((4119 + 34_868) * 0.000_011, 9)
  })

  test('is what the service charged, where it says so', () => {
    const cost = costOf({ inputTokens: 500, outputTokens: 500, neurons: 2 }, price)
    expect(cost).toEqual({ neurons: 2, usd: 0.000_022 })
  })

  test('takes cached input at its own price, and at the full one where there is none', () => {
    const basis = { inputTokens: 1_000_000, outputTokens: 0, cachedTokens: 400_000 }
    expect(costOf(basis, { input: 1, output: 2, cachedInput: 0.1 })?.usd).toBeCloseTo(0.64, 9)
    expect(costOf(basis, { input: 1, output: 2 })?.usd).toBeCloseTo(1, 9)
  })

  test('counts no more cached tokens than there were', () => {
    const basis = { inputTokens: 10, outputTokens: 0, cachedTokens: 1e9 }
    expect(costOf(basis, { input: 1, output: 1, cachedInput: 0 })?.usd).toBe(0)
  })

  test('is unknown without a price and a charge, never guessed', () => {
    expect(costOf({ inputTokens: 10, outputTokens: 10 }, undefined)).toBeUndefined()
  })
})

describe('usage in dollars', () => {
  const reply = (usage: object) => ({ response: 'Hi.', usage })
  const told = { prompt_tokens: 1000, completion_tokens: 100 }

  test('is there for a model with a price', async () => {
    const backend = scriptedBackend([{ wire: reply(told) }, { wire: reply(told) }])
    const expected = (1000 * 0.045_309 + 100 * 0.383_548) / 1_000_000
    const result = await createAgent({ backend, model }).run('Hi')
    expect(result.usage.usd).toBeCloseTo(expected, 12)
    expect(result.usage).not.toHaveProperty('neurons')
    expect((await generate({ backend, model, prompt: 'Hi' })).usage.usd).toBeCloseTo(expected, 12)
  })

  test('is the charge of the header before everything else', () => {
    const read = readReply(reply({ ...told, neurons: 9 }), { chargedNeurons: '2', price })
    expect(read.usage).toMatchObject({ neurons: 2, usd: 0.000_022 })
  })

  test('is absent for a model without a price, unless the service tells a charge', async () => {
    const backend = scriptedBackend([
      { wire: reply(told) },
      { wire: reply(told), headers: { 'cf-ai-neurons': '1' } },
    ])
    const agent = createAgent({ backend, model: '@cf/new/model', profile: {} })
    expect((await agent.run('Hi')).usage).not.toHaveProperty('usd')
    expect((await agent.run('Hi')).usage.usd).toBe(0.000_011)
  })

  test('is absent where the service told no tokens: that is not a free reply', () => {
    expect(readReply({ response: 'Hi.' }, { price }).usage).not.toHaveProperty('usd')
  })
})
