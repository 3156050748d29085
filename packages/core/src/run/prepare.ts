import { DroverError } from '../errors.ts'
import { safeLogger, silentLogger, type Logger } from '../log.ts'
import { checkOption, expected, integers } from '../option.ts'
import { systemRuntime, type Runtime } from '../runtime.ts'
import { DEFAULT_MAX_OUTPUT_CHARS } from '../tool/output.ts'
import type { ToolInput } from '../tool/schema.ts'
import type { Tool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import type { ModelProfile } from '../wire/profile.ts'
import { samplingOf, toWireSampling, type Sampling } from '../wire/sampling.ts'
import { MAX_CONTENT_CHARS } from '../wire/text.ts'
import { checkToolChoice, type ToolChoice } from '../wire/tool-choice.ts'
import type { TrimPolicy } from './context-window.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { checkBudget, type Budget } from './budget.ts'
import { chooseModels, type ChosenModel, type FallbackModel } from './fallback.ts'
import { DEFAULT_MAX_CALLS_PER_REPLY } from './caps.ts'
import { readContent } from './input.ts'
import type { PreparedModel } from './model-cursor.ts'
import type { LoopOptions, StreamPolicy } from './run.ts'
import { createOutputTool } from './output.ts'
import type { RecoverPolicy } from './planned-call.ts'
import type { PrepareStep } from './prepare-step.ts'
import { readTimeouts, type RunTimeouts } from './timeouts.ts'
import {
  DEFAULT_MAX_FAILED_STEPS,
  DEFAULT_MAX_STEPS,
  failedSteps,
  maxSteps,
  or,
  type StopCondition,
} from './stop.ts'
import { createToolSets, toolsByName } from './tool-set.ts'

/** What an agent is made of. */
export interface AgentOptions<
  Context = unknown,
  Output extends ToolInput | undefined = undefined,
> extends Sampling {
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
  /**
   * Whether the model calls tools. What makes it call (`required`, `{ toolName }`) holds until it made such a call; `none`
   * holds for the whole run. A model that answers in words all the same is asked once more, then the request fails with
   * `model.no_call`. @default 'auto'
   * @see docs/guides/steering.md
   */
  readonly toolChoice?: ToolChoice
  /** Asked before each model call what is to be different in it: model, messages, tools, choice, instructions, sampling. */
  readonly prepareStep?: PrepareStep<Context>
  /**
   * The schema of an object that the run is to give as `output`, tools or not. An answer that does not fit is asked for
   * again, twice; then the run fails with `model.no_output`.
   * @see docs/guides/structured-output.md
   */
  readonly output?: Output
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
   * @see docs/guides/limits-and-budgets.md
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
export function prepareAgent<Context, Output extends ToolInput | undefined>(
  options: AgentOptions<Context, Output>,
): PreparedAgent {
  const {
    runtime = systemRuntime,
    tools: given = [],
    toolChoice = 'auto',
    prepareStep,
    stopWhen,
    instructions,
  } = options
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
  if (prepareStep !== undefined && typeof prepareStep !== 'function') {
    throw expected('config.invalid', '`prepareStep`', 'a function', prepareStep)
  }
  if (options.output !== undefined && options.closingCall === false) {
    const message =
      'Expected no `closingCall: false` beside `output`: a run that reaches a limit gives its output in that call.'
    throw new DroverError('config.invalid', message)
  }
  if (instructions !== undefined) readContent('`instructions`', instructions)
  const own = toolsByName(given)
  checkToolChoice(toolChoice, own)
  const output = options.output === undefined ? undefined : createOutputTool(options.output, own)
  const tools = output === undefined ? own : new Map([...own, [output.name, output]])
  const toolSets = createToolSets(tools, options.toolFormat)
  const prepare = ({ model, profile }: ChosenModel): PreparedModel => {
    const toolSet = toolSets(tools.keys(), profile)
    const sampling = toWireSampling(options, profile.maxTokens)
    return { model, profile, toolSet, wireTools: toolSet.wire, sampling }
  }
  const [first, ...others] = chosen
  return {
    backend: options.backend,
    models: [prepare(first), ...others.map(prepare)],
    budget: options.budget && { ...options.budget },
    instructions: instructions || undefined,
    tools,
    ownTools: own,
    toolSets,
    toolChoice,
    prepareStep,
    output,
    samplingOptions: samplingOf(options),
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
export const stepsOf = ({
  maxSteps: steps,
  stopWhen,
}: Pick<AgentOptions, 'maxSteps' | 'stopWhen'>): number =>
  steps ?? (stopWhen === undefined ? DEFAULT_MAX_STEPS : MAX_STEPS_BESIDE_STOP_WHEN)

/** @throws DroverError `config.invalid` for what cannot send a request. */
export function checkBackend(backend: unknown): asserts backend is Backend {
  const given = Object(backend) as Partial<Backend> // Object() of anything can be looked at
  if (typeof given.send === 'function' && typeof given.name === 'string') return
  const wanted = 'one such as `rest({ accountId, apiToken })` or `binding(env.AI)`'
  throw expected('config.invalid', '`backend`', wanted, backend)
}
