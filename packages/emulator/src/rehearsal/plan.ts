import type { JsonObject } from '../json-object.ts'
import type { ModelToolCall, OfferedTool } from '../model-source.ts'
import { goesOn, refersBack, splitClauses } from './clauses.ts'
import { fanOut } from './fan-out.ts'
import { readFacts } from './facts.ts'
import type { Facts } from './facts.ts'
import { findFigure } from './figure.ts'
import type { FilledInput } from './fill-input.ts'
import { fillInput } from './fill-input.ts'
import { findMentions } from './mentions.ts'
import { readRows } from './result-rows.ts'
import { correctCall } from './correct-call.ts'
import { changesSomething, rankTools } from './tool-choice.ts'
import type { Turn } from './turn.ts'

/** The most calls in one turn: whatever the tools answer, the turn ends. */
const MAX_CALLS = 6
const MAX_TERMS = 60

interface Step {
  readonly tool: OfferedTool
  readonly clause: string
}

/** The calls to make next; empty when it is time to answer. The same conversation always gives the same calls. */
export function planCalls(
  tools: readonly OfferedTool[],
  turn: Turn,
  now: number,
): readonly ModelToolCall[] {
  const left = MAX_CALLS - turn.calls.length
  if (!turn.open || left <= 0) return []
  const results = turn.calls.filter(({ failed }) => !failed).map(({ result }) => result)
  const facts = readFacts(results)
  const fill = (tool: OfferedTool, clause: string): FilledInput | undefined =>
    fillInput(tool, {
      mentions: findMentions(clause),
      facts: withFigure(facts, clause, results),
      toolName: tool.name,
      now,
      taken: new Set(),
    })
  const planned =
    correctCall(turn, tools) ?? nextSteps(tools, turn, fill) ?? checkFigure(tools, turn) ?? []
  return withoutRepeats(planned, turn).slice(0, left)
}

type Fill = (tool: OfferedTool, clause: string) => FilledInput | undefined

function nextSteps(
  tools: readonly OfferedTool[],
  turn: Turn,
  fill: Fill,
): readonly ModelToolCall[] | undefined {
  const done = turn.calls.map(({ toolName }) => toolName)
  const calls: ModelToolCall[] = []
  for (const { tool, clause } of findSteps(tools, turn.question)) {
    const filled = fillFromQuestion(tool, clause, turn.question, fill)
    if (filled === undefined) continue
    const wanted = fanOut(tool, filled.input, clause)
    if (takeDone(done, tool.name, wanted.length)) continue
    // What an earlier part has to bring is waited for.
    if (calls.length > 0 && (filled.missing.length > 0 || refersBack(clause))) break
    const provider =
      filled.missing.length > 0 ? findProvider(tool, clause, tools, turn, fill) : undefined
    if (provider !== undefined) return [provider]
    calls.push(...wanted)
  }
  return calls.length > 0 && withoutRepeats(calls, turn).length > 0 ? calls : undefined
}

function findSteps(tools: readonly OfferedTool[], question: string): readonly Step[] {
  const whole = rankTools(tools, question)[0]
  const parts: Step[] = []
  for (const clause of splitClauses(question)) {
    const tool =
      rankTools(tools, clause)[0]?.tool ?? (goesOn(clause) ? parts.at(-1)?.tool : undefined)
    if (tool !== undefined) parts.push({ tool, clause })
  }
  if (parts.length === 0) return whole === undefined ? [] : [{ tool: whole.tool, clause: question }]
  // Parts for the same tool without anything of their own to say are one step: `Is it warm in Lisbon? Tell me.`
  return parts.filter((part, index) => {
    const before = parts.slice(0, index).some(({ tool }) => tool === part.tool)
    const { names, numbers, quoted, paths } = findMentions(part.clause)
    return !before || names.length + numbers.length + quoted.length + paths.length > 0
  })
}

// A part often leaves out what another part said: `Look up order 7. Refund it.`
function fillFromQuestion(
  tool: OfferedTool,
  clause: string,
  question: string,
  fill: Fill,
): FilledInput | undefined {
  const own = fill(tool, clause)
  if (own !== undefined && own.missing.length === 0) return own
  const whole = fill(tool, question)
  return whole !== undefined && (own === undefined || whole.missing.length < own.missing.length)
    ? whole
    : own
}

/** A read that may bring what is missing: one that fits the question too and can be called with what is known. */
function findProvider(
  wanting: OfferedTool,
  clause: string,
  tools: readonly OfferedTool[],
  turn: Turn,
  fill: Fill,
): ModelToolCall | undefined {
  const others = tools.filter(
    (tool) =>
      tool !== wanting &&
      !changesSomething(tool) &&
      !turn.calls.some(({ toolName }) => toolName === tool.name),
  )
  const about = `${clause} list find ${wanting.name.replace(/_/g, ' ')}`
  for (const { tool } of rankTools(others, about)) {
    const filled = fill(tool, turn.question)
    if (filled !== undefined && filled.missing.length === 0)
      return { toolName: tool.name, input: filled.input }
  }
  return undefined
}

// A figure that is a sum is handed to the calculator, where one is offered.
function checkFigure(
  tools: readonly OfferedTool[],
  turn: Turn,
): readonly ModelToolCall[] | undefined {
  for (const { result, failed } of turn.calls) {
    const figure = failed ? undefined : findFigure(turn.question, readRows(result))
    if (figure === undefined || figure.terms.length < 2 || figure.terms.length > MAX_TERMS) continue
    const expression = figure.terms.join(' + ')
    const calculator = rankTools(tools, `calculate ${expression}`)[0]?.tool
    if (calculator === undefined || turn.calls.some(({ toolName }) => toolName === calculator.name))
      continue
    const filled = fillInput(calculator, {
      mentions: findMentions(expression),
      facts: { values: new Map(), paths: [] },
      toolName: calculator.name,
      now: 0,
      taken: new Set(),
    })
    if (filled !== undefined && Object.values(filled.input).includes(expression)) {
      return [{ toolName: calculator.name, input: filled.input }]
    }
  }
  return undefined
}

// `Read the longest one`: what a figure is about comes before all other paths.
function withFigure(facts: Facts, clause: string, results: readonly string[]): Facts {
  const label = results.map((result) => findFigure(clause, readRows(result))?.label).find(Boolean)
  return label === undefined ? facts : { ...facts, paths: [label, ...facts.paths] }
}

function takeDone(done: string[], toolName: string, count: number): boolean {
  let taken = 0
  while (taken < count) {
    const position = done.indexOf(toolName)
    if (position < 0) break
    done.splice(position, 1)
    taken++
  }
  return taken > 0
}

function withoutRepeats(calls: readonly ModelToolCall[], turn: Turn): readonly ModelToolCall[] {
  const seen = new Set(turn.calls.map(({ toolName, input }) => keyOf(toolName, input)))
  return calls.filter(({ toolName, input }) => {
    const key = keyOf(toolName, input)
    return !seen.has(key) && seen.add(key)
  })
}

function keyOf(toolName: string, input: JsonObject): string {
  return JSON.stringify([toolName, input])
}
