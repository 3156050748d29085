import type { Message } from '../message.ts'
import { expected } from '../option.ts'
import { untilAborted } from '../until-aborted.ts'
import { resolveModel } from '../wire/model.ts'
import type { ModelProfile } from '../wire/profile.ts'
import { createConversation, type Conversation } from '../wire/request.ts'
import { toWireSampling, type Sampling, type WireSampling } from '../wire/sampling.ts'
import { checkToolChoice, checkToolName, isForced, type ToolChoice } from '../wire/tool-choice.ts'
import type { Usage } from '../wire/usage.ts'
import { readContent, readInput } from './input.ts'
import type { Run } from './run.ts'
import type { Step } from './state.ts'
import type { ToolSet } from './tool-set.ts'

/** What `prepareStep` sees. Read-only. */
export interface StepInfo<Context = unknown> {
  /** Starts at 1. */
  readonly step: number
  /** Finished steps, in order. */
  readonly steps: readonly Step[]
  /** The whole conversation, without the agent's instructions. */
  readonly messages: readonly Message[]
  readonly usage: Usage
  /** Milliseconds since the run began. */
  readonly elapsedMs: number
  /** True before the last call of a run that reached a limit: it calls no tools, whatever is changed. */
  readonly closing: boolean
  readonly context: Context
  readonly signal: AbortSignal
}

/** What may differ in one step; what is left out is the agent's. The next step starts from the agent's again. */
export interface StepChanges extends Sampling {
  readonly model?: string
  /** Corrects what Drover knows of `model`. */
  readonly profile?: Partial<ModelProfile>
  readonly instructions?: string
  /** Sent in place of the conversation, which itself stays as it is. Every call in it needs its answer. */
  readonly messages?: readonly Message[]
  /** Names of the tools that are offered, all others are not. */
  readonly activeTools?: readonly string[]
  readonly toolChoice?: ToolChoice
}

/** Asked before each model call of a run what is to be different in it. What it throws ends the run. */
export type PrepareStep<Context = unknown> = (
  info: StepInfo<Context>,
) => StepChanges | undefined | void | Promise<StepChanges | undefined | void>

/** What a step is asked with: the run's own settings, and what `prepareStep` changed of them. */
export interface StepPlan {
  readonly model: string
  readonly profile: ModelProfile
  readonly conversation: Conversation
  readonly sampling: WireSampling
  /** The tools that may be offered, the one that takes the output among them. */
  readonly set: ToolSet
  readonly toolChoice: ToolChoice
  /** Names of what was changed. */
  readonly changed: readonly string[]
}

/**
 * Settles what a step is asked with.
 * @throws what `prepareStep` throws; DroverError `config.*` for what it may not change so; `signal.reason` after an abort.
 */
export async function planStep(run: Run, step: number, closing: boolean): Promise<StepPlan> {
  const { model, profile, sampling } = run
  const plan: StepPlan = {
    model,
    profile,
    conversation: run.conversationFor(profile.history, run.instructions),
    sampling,
    set: run.toolSet,
    toolChoice: currentChoice(run),
    changed: [],
  }
  const changes = await askFor(run, step, closing)
  return changes === undefined ? plan : change(run, plan, changes, closing)
}

/** A forced choice holds until the model made such a call. */
function currentChoice({ toolChoice, recorder }: Run): ToolChoice {
  if (!isForced(toolChoice)) return toolChoice
  const isMet = recorder.state.steps.some(({ toolCalls }) =>
    toolCalls.some(({ toolName }) => toolChoice === 'required' || toolName === toolChoice.toolName),
  )
  return isMet ? 'auto' : toolChoice
}

async function askFor(
  { prepareStep, recorder, runtime, context, signal }: Run,
  step: number,
  closing: boolean,
): Promise<StepChanges | undefined> {
  if (prepareStep === undefined) return undefined
  const { steps, messages, usage, startedAt } = recorder.state
  const elapsedMs = runtime.now() - startedAt
  const info = { step, steps, messages, usage, elapsedMs, closing, signal }
  // The agent's type says that what the caller gave is the context that `prepareStep` takes.
  const given = prepareStep({ ...info, context: context as never })
  const changes: unknown = given instanceof Promise ? await untilAborted(given, signal) : given
  if (changes === undefined) return undefined
  if (typeof changes !== 'object' || changes === null) {
    throw expected('config.invalid', 'what `prepareStep` gives', 'an object or nothing', changes)
  }
  // Each part of it is checked where it is used.
  return changes as StepChanges
}

function change(run: Run, plan: StepPlan, changes: StepChanges, closing: boolean): StepPlan {
  const { model = plan.model, activeTools, instructions, messages, toolChoice } = changes
  const isOther = model !== plan.model || changes.profile !== undefined
  const profile = isOther ? resolveModel(model, changes.profile, run.log) : plan.profile
  if (instructions !== undefined) readContent('`instructions`', instructions)
  const orders = instructions === undefined ? run.instructions : instructions || undefined
  const set =
    activeTools === undefined && !isOther ? plan.set : activeSet(run, profile, activeTools)
  const choice = toolChoice ?? plan.toolChoice
  if (!closing && (toolChoice !== undefined || activeTools !== undefined)) {
    const offered = [...set.byName].filter(([name]) => run.ownTools.has(name))
    checkToolChoice(choice, new Map(offered))
  }
  return {
    model,
    profile,
    conversation:
      messages === undefined
        ? run.conversationFor(profile.history, orders)
        : createConversation({
            ...run,
            history: profile.history,
            instructions: orders,
            messages: readInput(messages),
          }),
    sampling: toWireSampling({ ...run.samplingOptions, ...changes }, profile.maxTokens),
    set,
    toolChoice: choice,
    changed: Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : name)),
  }
}

function activeSet(
  run: Run,
  profile: ModelProfile,
  activeTools: readonly string[] | undefined,
): ToolSet {
  if (activeTools === undefined) return run.toolSets(run.tools.keys(), profile)
  if (!Array.isArray(activeTools)) {
    throw expected('config.invalid', '`activeTools`', 'a list of names of tools', activeTools)
  }
  for (const [index, name] of activeTools.entries()) {
    checkToolName(`activeTools[${index}]`, name, run.ownTools)
  }
  return run.toolSets([...activeTools, ...(run.output ? [run.output.name] : [])], profile)
}
