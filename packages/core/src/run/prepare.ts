import { safeLogger, silentLogger, type Logger } from '../log.ts'
import { checkOption, expected, integers } from '../option.ts'
import { systemRuntime, type Runtime } from '../runtime.ts'
import { toFlatTool, toFunctionTool, toolText } from '../tool/format.ts'
import { DEFAULT_MAX_OUTPUT_CHARS } from '../tool/output.ts'
import { type AnyTool, checkToolNames, type Tool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import type { ModelProfile } from '../wire/profile.ts'
import type { WireTools } from '../wire/request.ts'
import { toWireSampling, type Sampling } from '../wire/sampling.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'
import type { TrimPolicy } from './context-window.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { checkBudget, type Budget } from './budget.ts'
import { chooseModels, type ChosenModel, type FallbackModel } from './fallback.ts'
import { DEFAULT_MAX_CALLS_PER_REPLY } from './caps.ts'
import { readContent } from './input.ts'
import type { PreparedModel } from './model-cursor.ts'
import type { LoopOptions, StreamPolicy } from './run.ts'
import type { RecoverPolicy } from './planned-call.ts'
import { readTimeouts, type RunTimeouts } from './timeouts.ts'
import {
  DEFAULT_MAX_FAILED_STEPS,
  DEFAULT_MAX_STEPS,
  failedSteps,
  maxSteps,
  or,
  type StopCondition,
} from './stop.ts'

/** What an agent is made of. */
export interface AgentOptions<Context = unknown> extends Sampling {
  /** What reaches Workers AI: `rest(…)`, `binding(env.AI)`, `scriptedBackend(…)`. */
  readonly backend: Backend
  /** A Workers AI model id, such as `@cf/meta/llama-3.1-8b-instruct-fast`. */
  readonly model: string
  /**
   * Models to ask, in this order, where `model` is retired, not to be had, overloaded, failing, or too small for the
   * conversation. A run stays with the one it moved on to. @default []
   */
  readonly fallback?: readonly FallbackModel[]
  /** What the agent is for and how it should behave: sent first in every request, at most 131,072 characters. */
  readonly instructions?: string
  readonly tools?: readonly Tool<never, Context>[]
  /** The form of `tools` on the wire; `auto` takes the model profile's. @default 'auto' */
  readonly toolFormat?: 'flat' | 'function' | 'auto'
  /** Corrects what Drover knows of the model; `{}` is enough to admit a model it does not know. */
  readonly profile?: Partial<ModelProfile>
  /** Steps a run may take. @default 10, or 1000 where `stopWhen` is given */
  readonly maxSteps?: number
  /** Steps in a row in which every tool call failed, after which the run ends. @default 4 */
  readonly maxFailedSteps?: number
  /**
   * What a run may use at most. Before each request its input and the whole of its reply are counted as spent; one that
   * does not fit is given less room, or not sent: the run then ends with `budget`.
   */
  readonly budget?: Budget
  /** Further conditions that end a run, asked after each step that called tools. */
  readonly stopWhen?: StopCondition
  /** False ends a run that reached a limit without the last call that writes an answer. @default true */
  readonly closingCall?: boolean
  /**
   * False leaves the inputs of calls as the model sent them: what does not fit goes back to it. @default true
   * @see docs/guides/models-that-misbehave.md
   */
  readonly repair?: boolean
  /**
   * Recovers calls that the model wrote as text: all, all but those of tools whose effect is `once` (it is asked to
   * make them again), or none. @default true
   */
  readonly recover?: RecoverPolicy
  /**
   * What to do with messages that could not be sent as they were given: mend them and tell it as an event, or throw.
   * @default 'repair'
   * @see docs/guides/long-conversations.md
   */
  readonly history?: HistoryPolicy
  /**
   * What keeps a conversation within the model's window: leaving out old tool results, then old turns (true), nothing
   * (false), or a compaction of your own. What the run keeps and gives back stays whole. @default true
   * @see docs/guides/long-conversations.md
   */
  readonly trim?: TrimPolicy
  /** Tool calls of one reply that run at the same time; Workers allow six connections. 1 to 1,000. @default 6 */
  readonly maxParallelCalls?: number
  /** Tool calls that a run may make; then it is asked to answer. @default no limit */
  readonly maxToolCalls?: number
  /** Tool calls of one reply that are run; the model is told to make the others again. @default 16 */
  readonly maxCallsPerReply?: number
  /**
   * Ends a run whose calls repeat themselves without anything new: false lets it go on. @default true
   * @see docs/guides/limits.md
   */
  readonly loopGuard?: boolean
  /** Characters of a tool's output that the model sees; the middle of a longer one is cut. 200 to 131,072. @default 24_000 */
  readonly maxToolOutputChars?: number
  /**
   * Which requests of `stream` ask the service for a stream: `auto` all but those the model's profile advises against,
   * which are the ones that offer tools to a Llama 3 model; `always` all, those of `run` too; `never` none. The answer
   * is told in text deltas each way. @default 'auto'
   */
  readonly stream?: StreamPolicy
  /** How long model requests, tool calls and the run itself may take. */
  readonly timeouts?: Partial<RunTimeouts>
  /** pino's shape. Silent by default. */
  readonly log?: Logger
  /** Clock, random numbers, timers and ids. @default systemRuntime */
  readonly runtime?: Runtime
}

/** An agent's options, checked, with its tools already on their way to the wire. */
export type PreparedAgent = Omit<LoopOptions, 'origin' | 'context' | 'signal' | 'append' | 'room'>

/** Steps of a run whose end `stopWhen` decides: a run always ends. */
const MAX_STEPS_BESIDE_STOP_WHEN = 1000

/**
 * Checks an agent's options before any request.
 * @throws DroverError `config.invalid`, `config.tool`, `config.model` or `model.retired`, with the fix in the message.
 */
export function prepareAgent<Context>(options: AgentOptions<Context>): PreparedAgent {
  const { runtime = systemRuntime, tools = [], stopWhen, instructions } = options
  checkBackend(options.backend)
  const log = safeLogger(options.log ?? silentLogger)
  const chosen = chooseModels(options, options.fallback ?? [], log)
  checkBudget(options.budget, chosen)
  checkOption('maxSteps', options.maxSteps, integers(1))
  checkOption('maxFailedSteps', options.maxFailedSteps, integers(1))
  checkOption('maxParallelCalls', options.maxParallelCalls, integers(1, 1000))
  checkOption('maxToolCalls', options.maxToolCalls, integers(1))
  checkOption('maxCallsPerReply', options.maxCallsPerReply, integers(1))
  checkOption('loopGuard', options.loopGuard, 'boolean')
  checkOption('maxToolOutputChars', options.maxToolOutputChars, integers(200, MAX_CONTENT_CHARS))
  checkOption('history', options.history, ['repair', 'refuse'])
  if (typeof options.trim !== 'function') checkOption('trim', options.trim, 'boolean')
  checkOption('repair', options.repair, 'boolean')
  checkOption('stream', options.stream, ['auto', 'always', 'never'])
  if (options.recover !== 'unless-once') checkOption('recover', options.recover, 'boolean')
  if (stopWhen !== undefined && typeof stopWhen !== 'function') {
    throw expected('config.invalid', '`stopWhen`', 'a function such as `maxSteps(5)`', stopWhen)
  }
  if (instructions !== undefined) readContent('`instructions`', instructions)
  const prepare = ({ model, profile }: ChosenModel): PreparedModel => ({
    model,
    profile,
    wireTools: toWireTools(tools, options.toolFormat, profile),
    sampling: toWireSampling(options, profile.maxTokens),
  })
  const [first, ...others] = chosen
  return {
    backend: options.backend,
    models: [prepare(first), ...others.map(prepare)],
    budget: options.budget && { ...options.budget },
    instructions: instructions || undefined,
    // An agent's list holds tools of many input types; each is only ever given what its own `parseInput` gave.
    tools: new Map(tools.map((tool) => [tool.name, tool as AnyTool])),
    stopWhen: or(
      ...(stopWhen === undefined ? [] : [stopWhen]),
      maxSteps(stepsOf(options)),
      failedSteps(options.maxFailedSteps ?? DEFAULT_MAX_FAILED_STEPS),
    ),
    closingCall: options.closingCall ?? true,
    history: options.history ?? 'repair',
    trim: options.trim ?? true,
    repair: options.repair ?? true,
    recover: options.recover ?? true,
    maxParallelCalls: options.maxParallelCalls ?? 6,
    maxToolCalls: options.maxToolCalls ?? Infinity,
    maxCallsPerReply: options.maxCallsPerReply ?? DEFAULT_MAX_CALLS_PER_REPLY,
    loopGuard: options.loopGuard ?? true,
    maxOutputChars: options.maxToolOutputChars ?? DEFAULT_MAX_OUTPUT_CHARS,
    stream: options.stream ?? 'auto',
    timeouts: readTimeouts(options.timeouts),
    runtime,
    log,
  }
}

/** The steps a run of these options may take, the closing call not counted. */
export const stepsOf = ({ maxSteps: steps, stopWhen }: AgentOptions<never>): number =>
  steps ?? (stopWhen === undefined ? DEFAULT_MAX_STEPS : MAX_STEPS_BESIDE_STOP_WHEN)

/** @throws DroverError `config.invalid` for what cannot send a request. */
export function checkBackend(backend: unknown): asserts backend is Backend {
  const given = Object(backend) as Partial<Backend> // Object() of anything can be looked at
  if (typeof given.send === 'function' && typeof given.name === 'string') return
  const wanted = 'one such as `rest({ accountId, apiToken })` or `binding(env.AI)`'
  throw expected('config.invalid', '`backend`', wanted, backend)
}

/**
 * Tools in the form the model is to get, serialised once.
 * @throws DroverError `config.tool` for duplicate names and for what no `tool(…)` made; `config.invalid` for an unknown format.
 */
export function toWireTools(
  tools: readonly Pick<AnyTool, 'name' | 'description' | 'parameters'>[],
  format: 'flat' | 'function' | 'auto' = 'auto',
  profile: ModelProfile,
): WireTools | undefined {
  checkOption('toolFormat', format, ['flat', 'function', 'auto'])
  if (!Array.isArray(tools)) throw expected('config.invalid', '`tools`', 'a list of tools', tools)
  for (const [index, tool] of tools.entries()) {
    if (typeof tool?.parseInput === 'function') continue
    throw expected('config.tool', `\`tools[${index}]\``, 'made by `tool({ … })`', tool)
  }
  checkToolNames(tools)
  if (tools.length === 0) return undefined
  const chosen = format === 'auto' ? profile.toolFormat : format
  return {
    list: tools.map((tool) => (chosen === 'flat' ? toFlatTool(tool) : toFunctionTool(tool))),
    text: `[${tools.map((tool) => toolText(tool, chosen)).join(',')}]`,
  }
}
