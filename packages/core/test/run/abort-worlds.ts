import {
  tool,
  type AgentOptions,
  type Backend,
  type Logger,
  type Tool,
  type ToolContext,
} from '@drover/core'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import fc from 'fast-check'
import * as z from 'zod'

/** One run to be aborted: what the model says in it, and how the agent is set. */
export interface World {
  readonly replies: readonly (() => ScriptEntry)[]
  readonly options: Partial<AgentOptions<Touched>>
}

/** What a run's tools tell when they are entered. */
export interface Touched {
  readonly dispatch: () => void
}

/** What a run reaches outside itself, counted. */
export interface Outside extends Touched {
  readonly options: Pick<AgentOptions<Touched>, 'backend' | 'model' | 'tools' | 'log'>
  /** Tools entered and requests sent after the abort. */
  readonly late: () => number
}

const TOOL_NAMES = ['quick', 'slow', 'deaf', 'alone', 'failing'] as const

/** How many links of a chain of promises each tool takes. */
const LINKS: Readonly<Record<(typeof TOOL_NAMES)[number], number>> = {
  quick: 0,
  slow: 6,
  deaf: 400,
  alone: 4,
  failing: 2,
}

const call = fc
  .record({ toolName: fc.constantFrom(...TOOL_NAMES), at: fc.nat(3) })
  .map(({ toolName, at }) => ({ toolName, input: { at } }))
const calls = fc.array(call, { minLength: 1, maxLength: 4 })

const reply: fc.Arbitrary<() => ScriptEntry> = fc.oneof(
  { weight: 4, arbitrary: calls.map((toolCalls) => () => ({ text: 'Let me see.', toolCalls })) },
  {
    weight: 2,
    arbitrary: call.map(({ toolName, input }) => () => ({
      text: JSON.stringify({ name: toolName, parameters: input }),
    })),
  },
  // Cut at the limit of tokens.
  {
    weight: 1,
    arbitrary: calls.map((toolCalls) => () => ({
      toolCalls,
      usage: { inputTokens: 9, outputTokens: 100_000 },
    })),
  },
  { weight: 1, arbitrary: fc.constant(() => ({ wire: { errors: [] }, status: 503 })) },
  { weight: 1, arbitrary: fc.constant(() => new TypeError('fetch failed')) },
  { weight: 1, arbitrary: fc.constant(() => ({ toolCalls: [{ toolName: 'unknown' }] })) },
  { weight: 1, arbitrary: fc.constant(() => ({ text: '' })) },
)

/** Texts, tools, several at once, retries, streams, cut replies, leaked calls, time limits, limits of every kind. */
export const worlds: fc.Arbitrary<World> = fc.record({
  replies: fc.array(reply, { maxLength: 3 }),
  options: fc.record(
    {
      stream: fc.constantFrom('auto', 'always', 'never'),
      maxParallelCalls: fc.constantFrom(1, 2, 6),
      maxSteps: fc.constantFrom(1, 3),
      maxToolCalls: fc.constantFrom(1, 2),
      maxFailedSteps: fc.constantFrom(1, 2),
      closingCall: fc.boolean(),
      timeouts: fc.constant({ runMs: 60_000 }),
    },
    { requiredKeys: ['stream', 'maxParallelCalls'] },
  ),
})

/** Makes the outside of one run; `onTouch` is called at each touch, numbered from 0, while it happens. */
export function createOutside(
  { replies }: World,
  signal: AbortSignal,
  onTouch: (count: number) => void = () => {},
): Outside {
  let touches = 0
  let late = 0
  const touch = (): void => onTouch(touches++)
  const dispatch = (): void => {
    if (signal.aborted) late++
    touch()
  }
  // Whatever is asked after the script's end is answered.
  const script = Array.from({ length: 30 }, (_, index) => replies[index]?.() ?? 'That is all.')
  const scripted = scriptedBackend(script)
  const backend: Backend & { readonly scripted: true } = {
    ...scripted,
    send: (request, options) => {
      dispatch()
      return scripted.send(request, options)
    },
  }
  const log: Logger = { debug: touch, info: touch, warn: touch, error: touch }
  return {
    dispatch,
    options: { backend, model: '@cf/meta/llama-3.1-8b-instruct-fast', tools, log },
    late: () => late,
  }
}

const tools = TOOL_NAMES.map(makeTool)

function makeTool(name: (typeof TOOL_NAMES)[number]): Tool<{ at: number }, Touched> {
  return tool({
    name,
    description: `The tool ${name}`,
    input: z.object({ at: z.number() }),
    effect: name === 'quick' ? 'read' : 'once',
    serial: name === 'alone',
    execute: async ({ at }, { context }: ToolContext<Touched>) => {
      context.dispatch()
      for (let link = 0; link < LINKS[name]; link++) await Promise.resolve()
      if (name === 'failing') throw new Error('out of order')
      return `result ${at}`
    },
  })
}
