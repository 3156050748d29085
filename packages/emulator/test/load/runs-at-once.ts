import { createAgent, tool } from '@drover/core'
import { rest } from '@drover/rest'
import type { AnsweredRequest } from '../../src/index.ts'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT } from '../client.ts'

/** What became of many runs at once. */
export interface RunsAtOnce {
  /** Runs that ended with the right text. */
  readonly answered: number
  /** What the other runs ended with, and each answer that was no stream or not read to its end. */
  readonly failures: readonly string[]
  /** Requests the emulator has answered: two a run, unless something was tried again. */
  readonly requests: number
  /** From the first request to the last answer. */
  readonly ms: number
}

const ANSWER = 'It is warm in Lisbon: 26 °C. '.repeat(10).trim()

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: {
    type: 'object',
    properties: { city: { type: 'string', description: 'City name' } },
    required: ['city'],
  },
  effect: 'read',
  execute: () => ({ celsius: 26 }),
})

/**
 * Streams that many runs with a tool call each. The model answers the first request only when all have asked, so that
 * all are open at the same time.
 */
export async function runAtOnce(count: number): Promise<RunsAtOnce> {
  const allHere = Promise.withResolvers<void>()
  let waiting = 0
  const model = script(async ({ messages }) => {
    if (messages.some(({ role }) => role === 'tool')) return { text: ANSWER }
    waiting += 1
    if (waiting === count) allHere.resolve()
    await allHere.promise
    return { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] }
  })
  const failures: string[] = []
  let requests = 0
  const onAnswer = ({ status, inputs, abandoned }: AnsweredRequest): void => {
    requests += 1
    const isStream = inputs['stream'] === true
    if (status !== 200 || !isStream || abandoned) {
      failures.push(`status ${status}, stream ${isStream}, abandoned ${abandoned}`)
    }
  }
  await using emulator = await startEmulator({ model, onAnswer })
  const backend = rest({ accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url })
  const agent = createAgent({ backend, model: '@cf/zai-org/glm-4.7-flash', tools: [weather] })
  const run = async (): Promise<string> => {
    const stream = agent.stream('Is it warm in Lisbon?')
    for await (const _ of stream);
    return stream.text
  }
  const start = performance.now()
  const texts = await Promise.all(Array.from({ length: count }, () => run().catch(String)))
  const ms = performance.now() - start
  const wrong = texts.filter((text) => text !== ANSWER)
  return { answered: count - wrong.length, failures: [...failures, ...wrong], requests, ms }
}
