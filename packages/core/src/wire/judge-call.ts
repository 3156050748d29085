import { validateJson } from '../json-schema-validate.ts'
import type { JsonValue } from '../message.ts'
import { repairInput, type RepairOutcome } from '../tool/coerce.ts'
import { matchToolName } from '../tool/match-name.ts'
import { findRefusal } from '../tool/refuse.ts'
import type { Repair } from '../tool/repair.ts'
import type { OfferedTool } from './leaked-call.ts'
import type { RawCall } from './structured-calls.ts'

/** A call that may run. */
export interface ReplyCall {
  readonly toolName: string
  /** An object, after repair. */
  readonly input: JsonValue
  /** What was repaired, in order. */
  readonly repairs: readonly Repair[]
  /** How it was written, where it was text in place of a call. */
  readonly recovered?: string
}

/**
 * Why a call must not run.
 * - `unknown-tool`: no tool of that name was offered.
 * - `unreadable`: its arguments are no JSON object.
 * - `invalid`: its input does not fit the tool, also after repair.
 * - `placeholder`: its input stands for a value the model does not have yet.
 * - `code`: it was written as text, with expressions that are not computed.
 */
export type RefusalReason = 'unknown-tool' | 'unreadable' | 'invalid' | 'placeholder' | 'code'

/** A call that must not run, and what to tell the model. */
export interface RefusedCall {
  readonly toolName: string
  readonly input: JsonValue
  readonly why: RefusalReason
  readonly message: string
  /** What of `input` was repaired all the same, in order. */
  readonly repairs?: readonly Repair[]
  readonly recovered?: string
}

/** Decides on calls by the tools that were offered. */
export interface CallJudge {
  readonly judge: (call: RawCall, recovered?: string) => ReplyCall | RefusedCall
  /** Whether an input fits a tool after what may be repaired. */
  readonly accepts: (tool: OfferedTool, input: JsonValue) => boolean
}

/** @param repair false leaves inputs as they came */
export function createJudge(tools: readonly OfferedTool[], repair: boolean): CallJudge {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const names = [...byName.keys()]

  const mend = ({ name, parameters }: OfferedTool, input: JsonValue): Mended => {
    const outcome = repair
      ? repairInput(input, parameters, { toolName: name })
      : { input, repairs: [] }
    return { outcome, issues: validateJson(parameters, outcome.input) }
  }

  const judge: CallJudge['judge'] = (call, recovered) => {
    const mark = recovered === undefined ? {} : { recovered }
    const refuse = (why: RefusalReason, message: string, outcome?: RepairOutcome): RefusedCall => ({
      toolName: tool?.name ?? call.toolName,
      input: call.input,
      why,
      message,
      ...outcome,
      ...mark,
    })
    const tool = byName.get((repair && matchToolName(call.toolName, names)) || call.toolName)
    if (tool === undefined) {
      return refuse('unknown-tool', `There is no tool named \`${call.toolName.slice(0, 100)}\`.`)
    }
    if (call.problem !== undefined) return refuse('unreadable', call.problem)
    const { outcome, issues } = mend(tool, call.input)
    const meant = findRefusal(outcome.input, tool.parameters, names)
    if (meant !== undefined) return refuse('placeholder', meant, outcome)
    if (issues.length > 0) return refuse('invalid', issues.join('; '), outcome)
    return { toolName: tool.name, ...outcome, ...mark }
  }
  return { judge, accepts: (tool, input) => mend(tool, input).issues.length === 0 }
}

interface Mended {
  readonly outcome: RepairOutcome
  readonly issues: readonly string[]
}

/** Tells a call that must not run from one that may. */
export const isRefused = (call: ReplyCall | RefusedCall): call is RefusedCall => 'why' in call
