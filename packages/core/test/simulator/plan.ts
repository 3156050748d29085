import type { Budget, RecoverPolicy, RunTimeouts, StreamPolicy, ToolChoice } from '@drover/core'
import type { FaultKind } from './fault-kinds.ts'
import type { Faults } from './faults.ts'
import type { Random } from './random.ts'

/** How the agent of a world is set, and how its model is minded. */
export interface Plan {
  readonly models: readonly [string, ...string[]]
  readonly maxSteps: number
  readonly maxFailedSteps: number
  readonly maxParallelCalls: number
  readonly maxToolCalls: number | undefined
  readonly maxCallsPerReply: number | undefined
  readonly loopGuard: boolean
  readonly maxTokens: number | undefined
  readonly budget: Budget | undefined
  readonly closingCall: boolean
  readonly repair: boolean
  readonly recover: RecoverPolicy
  readonly stream: StreamPolicy
  readonly timeouts: RunTimeouts
  readonly toolFormat: 'flat' | 'function' | 'auto'
  readonly instructions: string | undefined
  readonly toolChoice: ToolChoice
  /** It is to give an object. */
  readonly wantsOutput: boolean
  /** Steps are changed before they are taken. */
  readonly prepares: boolean
  /** How often the model calls tools rather than answers. */
  readonly eagerness: number
  /** What the machine's clock does. */
  readonly jumps: FaultKind<'clock'> | undefined
  /** Runs of the same agent at the same time. */
  readonly runs: number
}

const MODELS: readonly [string, ...string[]] = [
  '@cf/meta/llama-3.1-8b-instruct-fast',
  '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
  '@cf/meta/llama-4-scout-17b-16e-instruct',
  '@cf/qwen/qwen3-30b-a3b-fp8',
  '@cf/zai-org/glm-4.7-flash',
]

export function createPlan(random: Random, faults: Faults): Plan {
  const { pick, chance } = random
  const first = pick(MODELS)
  const others = MODELS.filter((model) => model !== first && chance(0.15))
  const isSmall = faults.draw('limit') !== undefined
  if (isSmall) faults.hit('small-budget')
  const wantsOutput = chance(0.1)
  return {
    models: [first, ...others],
    maxSteps: pick([1, 2, 3, 4, 6, 10]),
    maxFailedSteps: pick([1, 2, 4]),
    maxParallelCalls: pick([1, 2, 6]),
    maxToolCalls: chance(0.1) ? pick([1, 3, 8]) : undefined,
    maxCallsPerReply: chance(0.1) ? pick([1, 2]) : undefined,
    loopGuard: chance(0.8),
    maxTokens: chance(0.15) ? pick([16, 32, 64]) : undefined,
    budget: isSmall
      ? pick([
          { tokens: random.int(8, 70) * 100 },
          { neurons: random.int(1, 100) },
          { usd: random.int(1, 20) / 10_000 },
        ])
      : undefined,
    closingCall: wantsOutput || chance(0.9),
    repair: chance(0.9),
    recover: pick([true, true, true, 'unless-once', false]),
    stream: pick(['auto', 'always', 'never']),
    timeouts: {
      firstByteMs: 60_000,
      silenceMs: 30_000,
      requestMs: pick([40_000, 300_000]),
      toolMs: 30_000,
      ...(chance(0.2) && { runMs: pick([50, 2000, 60_000]) }),
    },
    toolFormat: pick(['auto', 'flat', 'function']),
    instructions: chance(0.5) ? 'Answer in one sentence.' : undefined,
    toolChoice: chance(0.1) ? pick(['required', 'none', { toolName: 'look_up' }]) : 'auto',
    wantsOutput,
    prepares: chance(0.1),
    eagerness: pick([0.2, 0.5, 0.8, 0.95]),
    jumps: faults.draw('clock'),
    runs: chance(0.1) ? 2 : 1,
  }
}
