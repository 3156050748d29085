import { canonicalJson } from '../canonical-json.ts'
import type { ToolCall, ToolResult } from '../message.ts'
import type { Step } from './state.ts'

/**
 * Notices that a run repeats itself. It looks at what calls asked for and gave, never at how often: a call whose result
 * changes is no repetition.
 */
export interface LoopGuard {
  /**
   * The result on record for a call that the two last steps both made, with the same result; undefined where it is to
   * run. A failed call may always be tried again.
   */
  readonly recall: (call: Pick<ToolCall, 'toolName' | 'input'>) => ToolResult | undefined
  /** The tools of the calls that the last step answered from the record. */
  readonly withdrawn: () => ReadonlySet<string>
  /** Whether the last steps were a circle of at least two, gone through twice: the same calls with the same results. */
  readonly isCircling: () => boolean
}

/** Steps of the longest circle that is noticed. */
const MAX_CIRCLE = 8

/** What a finished step made of one call. */
interface Outcome {
  readonly result: ToolResult
  /** Equal for equal calls with equal results. */
  readonly mark: string
}

/** Watches the steps of a run, a list that grows. What it says follows from the list alone. */
export function createLoopGuard(steps: readonly Step[]): LoopGuard {
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  }
  // One for each finished step; the last one's calls by what they ask for.
  const marks: string[] = []
  let last = new Map<string, Outcome>()

  const readNew = (): void => {
    for (let step = steps[marks.length]; step !== undefined; step = steps[marks.length]) {
      // The step under way: its calls are not all answered.
      if (step.toolResults.length < step.toolCalls.length) return
      const before = last
      last = new Map()
      const ofStep: string[] = []
      for (const [position, result] of step.toolResults.entries()) {
        const call = step.toolCalls[position]
        if (call === undefined) continue
        const key = keyOf(call)
        // What was answered from the record counts as what stood there.
        const recalled = result.reused ? before.get(key)?.mark : undefined
        const mark = recalled ?? `${numberOf(key)}:${numberOf(result.output)}`
        last.set(key, { result, mark })
        ofStep.push(mark)
      }
      marks.push(ofStep.toSorted().join())
    }
  }
  const isSquare = (length: number): boolean => {
    if (marks.length < 2 * length) return false
    const tail = marks.slice(-length)
    return marks.slice(-2 * length, -length).every((mark, index) => mark === tail[index])
  }

  return {
    recall: (call) => {
      readNew()
      if (!isSquare(1)) return undefined
      const result = last.get(keyOf(call))?.result
      return result?.isError ? undefined : result
    },
    withdrawn: () => {
      readNew()
      const reused = [...last.values()].filter(({ result }) => result.reused)
      return new Set(reused.map(({ result }) => result.toolName))
    },
    isCircling: () => {
      readNew()
      for (let length = 2; length <= MAX_CIRCLE; length++) if (isSquare(length)) return true
      return false
    },
  }
}

const keyOf = ({ toolName, input }: Pick<ToolCall, 'toolName' | 'input'>): string =>
  `${toolName} ${canonicalJson(input)}`
