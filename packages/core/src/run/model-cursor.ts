import { DroverError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { countInput, type InputCount } from '../wire/estimate-tokens.ts'
import type { Message } from '../message.ts'
import type { WireInputs } from '../wire/inputs.ts'
import { createConversation, type Conversation, type WireTools } from '../wire/request.ts'
import type { WireSampling } from '../wire/sampling.ts'
import { createContextWindow, type ContextWindow, type TrimPolicy } from './context-window.ts'
import { nextModel, type ChosenModel } from './fallback.ts'
import type { RunState } from './state.ts'
import type { ToolSet } from './tool-set.ts'

/** A model of an agent with what depends on it. */
export interface PreparedModel extends ChosenModel {
  /** All tools of the agent. */
  readonly toolSet: ToolSet
  readonly wireTools: WireTools | undefined
  readonly sampling: WireSampling
}

/** A model as a run asks it: in its own form of the history. */
export interface AskedModel extends PreparedModel {
  readonly conversation: Conversation
  readonly input: InputCount
  readonly window: ContextWindow
}

/** Which of its models a run asks. */
export interface ModelCursor {
  readonly current: () => AskedModel
  /** Until when the service asked not to be asked, by model: milliseconds since 1970. */
  readonly restUntil: Map<string, number>
  /** A model, or other instructions, for one step. Those last used are kept, and grow with the run. */
  readonly variant: (
    prepared: PreparedModel,
    instructions: string | undefined,
    /** Sent in place of the run's own list. */
    messages?: readonly Message[],
  ) => AskedModel
  /** Goes on to the model that may answer in place of the current one, for the rest of the run; false where there is none. */
  readonly moveOn: (error: unknown) => boolean
}

/** Variants of a run that are kept: each holds the run's messages once more. */
const MAX_VARIANTS = 4

/** Starts with the first model, or where a run that is resumed stood. What a model needs is made when it is asked first. */
export function createModelCursor(
  models: readonly [PreparedModel, ...PreparedModel[]],
  options: {
    readonly instructions: string | undefined
    readonly extra?: Partial<WireInputs>
    readonly state: RunState
    readonly trim: TrimPolicy
    readonly signal: AbortSignal
    readonly log: Logger
  },
): ModelCursor {
  const { extra, state, log } = options
  const kept = new Map<string, AskedModel>()
  const start = (
    prepared: PreparedModel,
    instructions: string | undefined,
    messages: readonly Message[],
  ): AskedModel => {
    const { model, profile, sampling, wireTools } = prepared
    const { history, contextWindow } = profile
    const conversation = createConversation({
      model,
      history,
      instructions,
      sampling,
      tools: wireTools,
      messages,
      ...(extra && { extra }),
    })
    const window = createContextWindow({
      ...options,
      contextWindow,
      fixed: () => fixedTokens(prepared, instructions),
      messages,
      conversation,
    })
    return {
      ...prepared,
      conversation,
      window,
      input: countInput({ instructions, tools: wireTools?.text }),
    }
  }
  const last = state.steps.at(-1)?.model
  let place = Math.max(
    0,
    models.findIndex(({ model }) => model === last),
  )
  let asked: AskedModel | undefined
  return {
    restUntil: new Map(),
    // The run's own list. It only grows.
    current: () =>
      (asked ??= start(models[place] ?? models[0], options.instructions, state.messages)),
    variant: (prepared, instructions, messages) => {
      if (messages !== undefined) return start(prepared, instructions, messages)
      const key = JSON.stringify([prepared.model, prepared.profile, instructions])
      const variant = kept.get(key) ?? start(prepared, instructions, state.messages)
      kept.delete(key)
      kept.set(key, variant)
      const [oldest] = kept.keys()
      if (kept.size > MAX_VARIANTS && oldest !== undefined) kept.delete(oldest)
      return variant
    },
    moveOn: (error) => {
      if (!DroverError.is(error)) return false
      const next = nextModel(models, place, error.code)
      if (next === undefined) return false
      const to = models[next]?.model
      log.warn({ code: error.code, model: models[place]?.model, to }, 'Another model is asked.')
      place = next
      asked = undefined
      return true
    },
  }
}

const fixed = new WeakMap<PreparedModel, number>()

/** Tokens of an agent's instructions and tools, estimated when they are needed first. */
function fixedTokens(model: PreparedModel, instructions: string | undefined): number {
  const tokens =
    fixed.get(model) ?? countInput({ instructions, tools: model.wireTools?.text }).of([])
  fixed.set(model, tokens)
  return tokens
}
