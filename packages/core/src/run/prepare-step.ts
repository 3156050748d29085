import type { Message } from '../message.ts'
import { expected } from '../option.ts'
import { remembered } from '../remembered.ts'
import { untilAborted } from '../until-aborted.ts'
import { resolveModel } from '../wire/model.ts'
import type { ModelProfile } from '../wire/profile.ts'
import {
  SAMPLING_FIELDS,
  toWireSampling,
  type Sampling,
  type WireSampling,
} from '../wire/sampling.ts'
import { checkToolChoice, checkToolName, isForced, type ToolChoice } from '../wire/tool-choice.ts'
import type { Usage } from '../wire/usage.ts'
import { readContent, readInput } from './input.ts'
import type { AskedModel, PreparedModel } from './model-cursor.ts'
import type { Run } from './run.ts'
import type { RunState, Step } from './state.ts'

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
  /** It has no fallback in this step. */
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
  /** The model to ask, which another may take the place of. */
  readonly asked: () => AskedModel
  /** Goes on to a model that may answer in its place. */
  readonly moveOn: (error: unknown) => boolean
  /** In place of what the model's conversation has. */
  readonly sampling: WireSampling | undefined
  /** Names of the tools that may be offered, the one that takes the output among them; undefined for all. */
  readonly active: readonly string[] | undefined
  readonly toolChoice: ToolChoice
  /** Names of what was changed. */
  readonly changed: readonly string[]
}

/**
 * Settles what a step is asked with.
 * @throws what `prepareStep` throws; DroverError `config.*` for what it may not change so; `signal.reason` after an abort.
 */
export function planStep(run: Run, step: number, closing: boolean): StepPlan | Promise<StepPlan> {
  const { cursor, toolChoice, recorder } = run
  const plan: StepPlan = {
    asked: cursor.current,
    moveOn: cursor.moveOn,
    sampling: undefined,
    active: undefined,
    toolChoice: currentChoice(toolChoice, recorder.state),
    changed: [],
  }
  if (run.prepareStep === undefined) return plan
  return askFor(run, step, closing).then((changes) =>
    changes === undefined ? plan : change(run, plan, changes, closing),
  )
}

/** A forced choice holds until the model made such a call. */
function currentChoice(choice: ToolChoice, { steps }: RunState): ToolChoice {
  if (!isForced(choice)) return choice
  const isMet = steps.some(({ toolCalls }) =>
    toolCalls.some(({ toolName }) => choice === 'required' || toolName === choice.toolName),
  )
  return isMet ? 'auto' : choice
}

async function askFor(
  { prepareStep, recorder, runtime, context, signal }: Run,
  step: number,
  closing: boolean,
): Promise<StepChanges | undefined> {
  if (prepareStep === undefined) return undefined
  const { steps, messages, usage, startedAt, pausedMs } = recorder.state
  const elapsedMs = runtime.now() - startedAt - pausedMs
  const info = { step, steps, messages, usage, elapsedMs, closing, signal }
  // The agent's type says that what the caller gave is the context that `prepareStep` takes.
  const given = prepareStep({ ...info, context: context as never })
  const changes: unknown = given instanceof Promise ? await untilAborted(given, signal) : given
  if (changes === undefined) return undefined
  if (typeof changes !== 'object' || changes === null) {
    throw expected('config.invalid', 'what `prepareStep` gives', 'an object or nothing', changes)
  }
  return changes
}

function change(run: Run, plan: StepPlan, changes: StepChanges, closing: boolean): StepPlan {
  const { activeTools, instructions, messages } = changes
  if (instructions !== undefined) readContent('`instructions`', instructions)
  const orders = instructions === undefined ? run.instructions : instructions || undefined
  const view = messages === undefined ? undefined : readInput(messages, 'refuse').messages
  const other = otherModel(run, changes)
  const isOwn = other === undefined && instructions === undefined && view === undefined
  const made = other && run.cursor.variant(other, orders, view)
  const viewed = remembered((current: AskedModel) => run.cursor.variant(current, orders, view))
  const asked = isOwn ? plan.asked : () => made ?? viewed(plan.asked())
  const { profile } = asked()
  const sampling = toWireSampling({ ...run.samplingOptions, ...changes }, profile.maxTokens)
  const toolChoice = changes.toolChoice ?? plan.toolChoice
  const active = activeTools === undefined ? undefined : readActive(run, activeTools)
  if (!closing && (changes.toolChoice !== undefined || active !== undefined)) {
    const own = active?.map((name) => [name, name] as const)
    checkToolChoice(toolChoice, own === undefined ? run.ownTools : new Map(own))
  }
  return {
    asked,
    // The choice of a model is the caller's: no other takes its place.
    moveOn: other === undefined ? plan.moveOn : () => false,
    sampling: SAMPLING_FIELDS.some((field) => changes[field] !== undefined) ? sampling : undefined,
    active: active && [...active, ...(run.output ? [run.output.name] : [])],
    toolChoice,
    changed: Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : name)),
  }
}

/** Another model, ready to be asked; undefined where it is the run's own. */
function otherModel(run: Run, { model, profile: given }: StepChanges): PreparedModel | undefined {
  const { cursor, toolSets, tools, samplingOptions, log } = run
  const current = cursor.current()
  if ((model === undefined || model === current.model) && given === undefined) return undefined
  const chosen = model ?? current.model
  const known = given === undefined ? run.models.find((one) => one.model === chosen) : undefined
  if (known !== undefined) return known
  const profile = resolveModel(chosen, given, log)
  const toolSet = toolSets(tools.keys(), profile)
  const sampling = toWireSampling(samplingOptions, profile.maxTokens)
  return { model: chosen, profile, toolSet, wireTools: toolSet.wire, sampling }
}

function readActive({ ownTools }: Run, activeTools: readonly string[]): readonly string[] {
  if (!Array.isArray(activeTools)) {
    throw expected('config.invalid', '`activeTools`', 'a list of names of tools', activeTools)
  }
  for (const [index, name] of activeTools.entries()) {
    checkToolName(`activeTools[${index}]`, name, ownTools)
  }
  return activeTools
}
