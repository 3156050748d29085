import { costCeiling, createAgent, maxSteps, tool, type AgentOptions } from '@drover/core'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { expect, test } from 'vitest'
import * as z from 'zod'

const backend = scriptedBackend([])
const model = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const ceiling = (options: Partial<AgentOptions> = {}) => costCeiling({ backend, model, ...options })

test('a run can cost its steps and the closing call, each with a full window and the longest reply', () => {
  const { requests, tokens, neurons, usd } = ceiling({ maxSteps: 4, maxTokens: 1000 })
  expect(requests).toBe(5)
  expect(tokens).toBe(5 * 24_000)
  expect(neurons).toBeCloseTo((5 * (22_000 * 26_668 + 2000 * 204_805)) / 1e6, 6)
  expect(usd).toBeCloseTo((neurons ?? 0) * 0.000_011, 9)
})

test.each<[string, Partial<AgentOptions>, number]>([
  ['10 steps by default', {}, 11],
  ['no closing call where it is switched off', { closingCall: false }, 10],
  ['1000 steps where a condition decides', { stopWhen: maxSteps(2) }, 1001],
])('counts %s', (_what, options, requests) => {
  expect(ceiling(options).requests).toBe(requests)
})

test('a budget lowers it', () => {
  expect(ceiling({ budget: { usd: 0.01 } }).usd).toBe(0.01)
  expect(ceiling({ budget: { neurons: 5 } }).usd).toBeCloseTo(0.000_055, 12)
  expect(ceiling({ budget: { tokens: 900 } }).tokens).toBe(900)
})

test('the dearest and largest of several models counts', () => {
  const { tokens, usd = 0 } = ceiling({ fallback: ['@cf/zai-org/glm-4.7-flash'] })
  expect(tokens).toBe(11 * 131_072)
  expect(usd).toBeGreaterThanOrEqual(ceiling().usd ?? 0)
})

test('what is not limited or not known is absent', () => {
  const unknown = { model: '@cf/new/model', profile: {} }
  expect(ceiling(unknown)).toEqual({ requests: 11 })
  expect(ceiling({ ...unknown, budget: { tokens: 5000 } })).toEqual({ requests: 11, tokens: 5000 })
})

test('options that no agent can have are refused as `createAgent` does', () => {
  expect(() => ceiling({ maxSteps: 0 })).toThrow('`maxSteps`')
})

test('no run costs more', async () => {
  const look = tool({
    name: 'look',
    description: 'Looks again',
    input: z.object({}),
    execute: () => 'Nothing new.',
  })
  // All the window holds, read and written anew each time.
  const usage = { prompt_tokens: 21_952, completion_tokens: 2048 }
  const call = { response: null, tool_calls: [{ name: 'look', arguments: {} }], usage }
  const script = Array.from({ length: 9 }, (): ScriptEntry => ({ inputs }) => ({
    wire: inputs.tools === undefined ? { response: 'Done.', usage } : call,
  }))
  const tools = [look]
  const options = { backend: scriptedBackend(script), model, tools, maxSteps: 5, loopGuard: false }
  const result = await createAgent(options).run('Go')
  const most = costCeiling(options)
  expect(result.usage.requests).toBe(most.requests)
  expect(result.usage.totalTokens).toBe(most.tokens)
  expect(result.usage.usd).toBeLessThanOrEqual(most.usd ?? 0)
})
