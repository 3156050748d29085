import type { Message, RunEvent, Runtime } from '@drover/core'
import { createAgent, DroverError, foldEvents, isRunEvent, systemRuntime, tool } from '@drover/core'
import { rest } from '@drover/rest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { MisbehaveOptions } from '../../src/index.ts'
import { misbehaviours, script, startEmulator } from '../../src/index.ts'
import { streamFaults } from '../../src/misbehave/streams.ts'
import { ACCOUNT, MODEL } from '../client.ts'
import { GLM } from './struck.ts'

const INPUT = { city: 'Lisbon', days: 2, hourly: true, parts: ['noon'] }
const ANSWER = 'It is warm in Lisbon: 26 °C.'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({
    city: z.string().describe('City name'),
    days: z.number().describe('How many').optional(),
    hourly: z.boolean().describe('By hour').optional(),
    parts: z.array(z.string()).describe('Of the day').optional(),
    unit: z.string().describe('Of the temperature').optional(),
  }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 26 }),
})

/** A model that calls the tool until it has a result, then answers. */
const model = script(({ messages, tools }) =>
  tools.length > 0 && messages.at(-1)?.role !== 'tool'
    ? { toolCalls: [{ toolName: 'get_weather', input: INPUT }] }
    : { text: ANSWER },
)

/** Waits are over at once and limits come early, so that what hangs is cut. */
const hasty: Runtime = {
  ...systemRuntime,
  setTimer: (callback, ms, purpose = 'wait') => {
    if (purpose === 'limit') return systemRuntime.setTimer(callback, Math.min(ms, 1500))
    const turn = setImmediate(callback)
    return () => clearImmediate(turn)
  },
}

/** What a run left behind. */
interface Left {
  readonly text: string
  readonly error: unknown
  readonly messages: readonly Message[]
  /** Every misbehaviour that struck. */
  readonly struck: readonly string[]
}

async function live(
  misbehave: MisbehaveOptions,
  modelId: string,
  stream: 'always' | 'never' | 'auto',
): Promise<Left> {
  await using emulator = await startEmulator({ model, misbehave, runtime: hasty })
  const reached = { accountId: ACCOUNT, apiToken: 'token', baseUrl: emulator.url }
  const agent = createAgent({
    backend: rest(reached),
    model: modelId,
    tools: [weather],
    maxSteps: 6,
    stream,
    runtime: hasty,
  })
  const events: RunEvent[] = []
  let error: unknown
  try {
    for await (const event of agent.stream('Is it warm in Lisbon?')) {
      if (isRunEvent(event)) events.push(event)
    }
  } catch (thrown) {
    error = thrown
  }
  const struck = emulator.requests.flatMap(({ misbehaved }) => misbehaved)
  const { text, messages } = foldEvents(events)
  return { text, error, messages, struck }
}

/** Text or an error with a code, and a conversation that can be sent as it is. */
function expectSurvival({ text, error, messages }: Left): void {
  expect(error === undefined ? text !== '' : DroverError.is(error), String(error)).toBe(true)
  expect(unansweredIn(messages)).toEqual([])
}

/** Calls without an answer of their own, in order, and answers without a call. */
function unansweredIn(messages: readonly Message[]): readonly string[] {
  const faults: string[] = []
  let open: string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      if (open.shift() !== message.toolCallId)
        faults.push(`${message.toolCallId} was not asked for`)
      continue
    }
    faults.push(...open)
    open = message.role === 'assistant' ? (message.toolCalls ?? []).map((c) => c.toolCallId) : []
  }
  return [...faults, ...open]
}

const names = misbehaviours.map(({ name }) => name)

/** Names that have nothing to strike: in a run without streams, and in one whose answers all are streams with `choices`. */
const idle: Readonly<Record<'never' | 'always', ReadonlySet<string>>> = {
  never: new Set([
    ...Object.keys(streamFaults),
    'no-index',
    'reused-index',
    'index-gaps',
    'interleaved',
    'arguments-first',
    'usage-everywhere',
  ]),
  always: new Set([
    'frames-without-text',
    'numbers-in-frames',
    'half-json',
    'cut-body',
    'charset',
    'stream-for-json',
  ]),
}

describe.each([
  ['never', MODEL],
  ['always', GLM],
] as const)('an agent whose stream is `%s`', (stream, modelId) => {
  test.each(names)('survives `%s`', async (name) => {
    const left = await live({ [name]: 'once', seed: 7 }, modelId, stream)
    expectSurvival(left)
    expect(left.struck).toEqual(idle[stream].has(name) ? [] : [name])
  })
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'an agent survives a bit of everything, seed %d',
  async (seed) => {
    // What takes long is seen above.
    const finite = names.filter((name) => !['huge-body', 'long-line'].includes(name))
    const misbehave = Object.fromEntries(finite.map((name) => [name, 0.02]))
    for (const modelId of [MODEL, GLM])
      expectSurvival(await live({ ...misbehave, seed }, modelId, 'auto'))
  },
)

test.each(['leak', 'numbers-as-text', 'truncate', 'loop', '429', '502', 'empty'] as const)(
  'an agent survives `%s` a third of the time',
  async (name) => {
    for (let seed = 0; seed < 4; seed++) {
      expectSurvival(await live({ [name]: 0.3, seed }, MODEL, 'never'))
    }
  },
)
