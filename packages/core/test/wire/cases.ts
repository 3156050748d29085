import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonValue } from '../../src/message.ts'
import { type OfferedTool, readReply } from '../../src/wire.ts'

/** A call as the cases write it. */
interface Call {
  readonly name: string
  readonly arguments: { readonly [key: string]: JsonValue }
}

/** What may run: exactly `calls`; nothing; any of `onlyFrom` or of what `possible` allows; or one of several outcomes. */
interface Expected {
  readonly calls?: readonly Call[]
  readonly none?: true
  readonly onlyFrom?: readonly Call[]
  readonly anyOf?: readonly Expected[]
  /** For each argument the values that are right; `""` where it may be left out. */
  readonly possible?: readonly { readonly name: string; readonly arguments: Options }[]
}

interface Options {
  readonly [key: string]: readonly JsonValue[]
}

interface Case {
  readonly id: string
  readonly family: string
  readonly kind: string
  readonly tools: readonly OfferedTool[]
  readonly reply: unknown
  readonly expected: Expected
}

/** One family's figures, or those of all. */
export interface Score {
  cases: number
  right: number
  /** Cases that name calls that must run, and how many of them gave exactly those. */
  positive: number
  positiveRight: number
  falseDispatches: number
  readonly wrong: string[]
}

const FILE = 'recover.sample.jsonl'

/** Where the recorded replies are, when they are here: the folder in `DROVER_CASES`, or `shared/cases` beside the repository. */
export function casesFile(): string | undefined {
  const folder =
    process.env['DROVER_CASES'] ?? join(import.meta.dirname, '../../../../../shared/cases')
  const file = join(folder, FILE)
  return existsSync(file) ? file : undefined
}

/** Reads every recorded reply as the loop would, and compares what would run with what may. */
export function scoreCases(file: string): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const { id, family, kind, tools, reply, expected } = JSON.parse(line) as Case // the format its README gives
    const { toolCalls } = readReply(reply, { tools })
    const calls = toolCalls.map(
      ({ toolName, input }) => ({ name: toolName, arguments: input }) as Call, // an input that may run is an object
    )
    const verdict = compare(expected, calls)
    for (const name of [family, 'all']) {
      const score = scores.get(name) ?? emptyScore()
      scores.set(name, score)
      score.cases++
      if (expected.calls !== undefined) score.positive++
      if (verdict === 'right') {
        score.right++
        if (expected.calls !== undefined) score.positiveRight++
      } else score.wrong.push(`${verdict}: ${id} (${kind})`)
      if (verdict === 'false dispatch') score.falseDispatches++
    }
  }
  return scores
}

const emptyScore = (): Score => ({
  cases: 0,
  right: 0,
  positive: 0,
  positiveRight: 0,
  falseDispatches: 0,
  wrong: [],
})

type Verdict = 'right' | 'missed' | 'false dispatch'

/** `missed` where too little would run, `false dispatch` where something would run that must not. */
function compare(expected: Expected, calls: readonly Call[]): Verdict {
  if (expected.anyOf !== undefined) {
    const verdicts = expected.anyOf.map((outcome) => compare(outcome, calls))
    return (
      (['right', 'missed'] as const).find((verdict) => verdicts.includes(verdict)) ??
      'false dispatch'
    )
  }
  const left = (expected.calls ?? expected.onlyFrom ?? []).map(canonical)
  const got = calls.map(canonical)
  if (expected.calls !== undefined && canonical(got) === canonical(left)) return 'right'
  for (const [index, call] of calls.entries()) {
    const place = left.indexOf(got[index] ?? '')
    if (place >= 0) left.splice(place, 1)
    else if (expected.calls !== undefined || !isPossible(call, expected)) return 'false dispatch'
  }
  return expected.calls === undefined ? 'right' : 'missed'
}

function isPossible(call: Call, { possible = [] }: Expected): boolean {
  return possible.some(
    ({ name, arguments: options }) =>
      name === call.name &&
      Object.keys(call.arguments).every((key) => fits(call.arguments[key], options[key])) &&
      Object.keys(options).every(
        (key) => Object.hasOwn(call.arguments, key) || options[key]?.includes(''),
      ),
  )
}

function fits(value: JsonValue | undefined, options: readonly JsonValue[] | undefined): boolean {
  return options?.some((option) => canonical(option) === canonical(value)) === true
}

/** JSON text that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** One line for each family, the whole last. */
export function report(scores: ReadonlyMap<string, Score>): string {
  const rows = [...scores].toSorted(
    ([a, { cases: many }], [b, { cases: few }]) =>
      Number(a === 'all') - Number(b === 'all') || few - many,
  )
  return rows
    .map(
      ([family, { cases, right, falseDispatches }]) =>
        `${family.padEnd(26)} ${String(cases).padStart(5)} cases ${String(right).padStart(5)} right ${String(falseDispatches).padStart(3)} false dispatches`,
    )
    .join('\n')
}

if (import.meta.main) {
  const file = casesFile()
  if (file === undefined) {
    console.log(`${FILE} is not here: set DROVER_CASES to its folder.`)
  } else {
    const scores = scoreCases(file)
    const all = scores.get('all') ?? emptyScore()
    console.log(all.wrong.join('\n'))
    console.log(report(scores))
    const share = all.positiveRight / all.positive
    console.log(
      `calls exactly right in ${all.positiveRight} of ${all.positive} cases that have them: ${(100 * share).toFixed(1)} %`,
    )
    if (!(share >= 0.99) || all.falseDispatches > 0) process.exitCode = 1
  }
}
