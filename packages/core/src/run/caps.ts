import type { AnyTool } from '../tool/tool.ts'
import type { Run } from './run.ts'
import type { StopReason } from './stop.ts'

/** Calls of one reply that are answered by their tools, in a run that sets no other number. */
export const DEFAULT_MAX_CALLS_PER_REPLY = 16

/** Why a call must not be dispatched any more, for the model; undefined where it may be. */
export function overCap({ recorder, maxToolCalls }: Run, tool: AnyTool): string | undefined {
  const { entered } = recorder.state
  if ((entered[tool.name] ?? 0) >= (tool.maxCalls ?? Infinity)) {
    return `It may be called ${tool.maxCalls} times in a run, and was. Go on without it.`
  }
  if (countCalls(entered) < maxToolCalls) return undefined
  return `A run may make ${maxToolCalls} tool calls, and did. Answer from the results you have.`
}

/** The tools that the next request does not offer: those the loop guard withdrew, and those that are used up. */
export function withheldTools({ guard, tools, recorder }: Run): ReadonlySet<string> {
  const withheld = new Set(guard?.withdrawn())
  for (const [name, count] of Object.entries(recorder.state.entered)) {
    if (count >= (tools.get(name)?.maxCalls ?? Infinity)) withheld.add(name)
  }
  return withheld
}

/** Whether the calls of a run lead no further: it goes round in circles, or has no tool left. */
export function spentCalls(run: Run): StopReason | false {
  const { guard, tools, recorder, maxToolCalls } = run
  if (guard?.isCircling()) return 'loop'
  if (countCalls(recorder.state.entered) >= maxToolCalls) return 'max-calls'
  if (tools.size === 0 || withheldTools(run).size < tools.size) return false
  return guard?.withdrawn().size ? 'loop' : 'max-calls'
}

function countCalls(entered: Readonly<Record<string, number>>): number {
  return Object.values(entered).reduce((sum, count) => sum + count, 0)
}
