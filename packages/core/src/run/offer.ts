import type { AnyTool } from '../tool/tool.ts'
import type { WireInputs } from '../wire/inputs.ts'
import type { StepRequest, WireTools } from '../wire/request.ts'
import { isForced, toWireToolChoice, type ForcedChoice } from '../wire/tool-choice.ts'
import type { PreparedModel } from './model-cursor.ts'
import type { StepPlan } from './prepare-step.ts'
import type { ToolSet, ToolSets } from './tool-set.ts'

/** What one request offers the model and asks of it. */
export interface Offer {
  /** What calls are read by, and run. */
  readonly set: ToolSet
  /** What of it the model is shown; undefined for nothing. */
  readonly tools: WireTools | undefined
  readonly wanted: Pick<WireInputs, 'tool_choice' | 'response_format'> | undefined
  /** Sent after the history in this request only. */
  readonly reminder: string | undefined
  /** Calls are no answer. */
  readonly mustSpeak: boolean
  /** Words are no answer. */
  readonly mustCall: boolean
}

/** The part of a request that an offer makes. */
export const toStepRequest = ({
  tools,
  wanted,
  reminder,
}: Offer): Pick<StepRequest, 'withTools' | 'tools' | 'wanted' | 'reminder'> => ({
  withTools: tools !== undefined,
  tools,
  reminder,
  ...(wanted && { wanted }),
})

/** What of a run decides on its offers. */
export interface OfferOptions {
  readonly toolSets: ToolSets
  /** The tool that takes the output, where one is wanted. */
  readonly output: AnyTool | undefined
  /** Models whose JSON mode could not be met. */
  readonly withoutJsonMode: ReadonlySet<string>
}

/** What of a step decides on its offer. */
export interface OfferRequest {
  /** The last call of a run that reached a limit. */
  readonly closing: boolean
  /** What was wrong with the output that was given; undefined where none was. */
  readonly demand: string | undefined
  /** After words where a call was wanted: the tool they name, where they name one. */
  readonly insist?: { readonly toolName: string | undefined }
}

/** What is asked, and how. */
export interface OfferPlan
  extends
    Pick<PreparedModel, 'model' | 'profile' | 'toolSet'>,
    Pick<StepPlan, 'active' | 'toolChoice'> {
  /** Tools that are not shown, though a call of one would be answered as ever. */
  readonly withheld: readonly string[]
}

const NOTHING = { wanted: undefined, reminder: undefined, mustSpeak: false, mustCall: false }

/** The order that goes with the last call of a run that reached a limit. */
const CLOSING_REMINDER =
  'No more tools can be called. Answer now, in plain words, from the results above. Say what is missing.'

/** Decides what a request offers. Models that do not heed `tool_choice` get just the tools that are wanted, and an order. */
export function makeOffer(options: OfferOptions, plan: OfferPlan, request: OfferRequest): Offer {
  const { toolSets, output } = options
  const { active, profile, toolSet, toolChoice, withheld } = plan
  const set = active === undefined ? toolSet : toolSets(active, profile)
  const shown =
    withheld.length === 0
      ? set
      : toolSets(
          [...set.byName.keys()].filter((name) => !withheld.includes(name)),
          profile,
        )
  const { closing, demand } = request
  const isLast = closing || toolChoice === 'none'
  const hasWork = shown.list.some((tool) => tool !== output)
  if (output !== undefined && (isLast || demand !== undefined || !hasWork)) {
    return offerOutput(output, options, plan, request)
  }
  if (isLast) {
    const heeds = !closing && profile.heedsToolChoice && shown.wire !== undefined
    return {
      ...NOTHING,
      // By all tools: whatever the model knows of them from the history, a call of one is not text.
      set: toolSet,
      tools: heeds ? shown.wire : undefined,
      wanted: heeds ? { tool_choice: 'none' } : undefined,
      reminder: closing ? CLOSING_REMINDER : undefined,
      mustSpeak: true,
    }
  }
  const names = shown.list.filter((tool) => tool !== output).map(({ name }) => name)
  const canMeet =
    isForced(toolChoice) &&
    (toolChoice === 'required' ? names.length > 0 : names.includes(toolChoice.toolName))
  if (!canMeet) return { ...NOTHING, set, tools: shown.wire }
  return offerForced(toolSets, plan, names, toolChoice, request)
}

function offerForced(
  toolSets: ToolSets,
  { profile }: OfferPlan,
  names: readonly string[],
  choice: ForcedChoice,
  { insist }: OfferRequest,
): Offer {
  const heeds = profile.heedsToolChoice
  const wanted = choice === 'required' ? undefined : choice.toolName
  // The service holds models to a name, and not always to `required` (protocol 3.2).
  const name = wanted ?? (names.length === 1 ? names[0] : insist?.toolName)
  const isTold = !heeds || insist !== undefined
  const set = toolSets(heeds || wanted === undefined ? names : [wanted], profile)
  return {
    ...NOTHING,
    set,
    tools: isTold && name !== undefined ? toolSets([name], profile).wire : set.wire,
    wanted: heeds ? choiceOf(name) : undefined,
    reminder: isTold
      ? `Call ${name === undefined ? 'one of the tools' : `the tool \`${name}\``} now. Do not answer in words.`
      : undefined,
    mustCall: true,
  }
}

const choiceOf = (name: string | undefined): Offer['wanted'] => ({
  tool_choice: toWireToolChoice(name === undefined ? 'required' : { toolName: name }),
})

/** Nothing but the output is wanted: in JSON mode where the model has it, else through the tool that takes it. */
function offerOutput(
  { name, parameters }: AnyTool,
  { toolSets, withoutJsonMode }: OfferOptions,
  { model, profile }: OfferPlan,
  { closing, demand }: OfferRequest,
): Offer {
  const set = toolSets([name], profile)
  const hasJsonMode = profile.jsonMode && !withoutJsonMode.has(model)
  const heeds = profile.heedsToolChoice
  const isTold = closing || demand !== undefined
  const how = hasJsonMode ? 'as the JSON object that is wanted' : `by calling \`${name}\``
  const order = `${closing ? 'No other tools can be called. ' : ''}Answer now ${how}, from what is known.`
  return {
    ...NOTHING,
    set,
    tools: hasJsonMode ? undefined : set.wire,
    wanted: hasJsonMode
      ? // The schema by itself, not in OpenAI's `{ name, schema }` (protocol 7.2).
        { response_format: { type: 'json_schema', json_schema: parameters } }
      : heeds
        ? choiceOf(name)
        : undefined,
    reminder:
      isTold || !(hasJsonMode || heeds) ? [order, demand].filter(Boolean).join('\n') : undefined,
  }
}
