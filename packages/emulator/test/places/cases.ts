import type { PlaceAi, PlaceCase } from './case.ts'
import { agents } from './cases/agents.ts'
import { answers } from './cases/answers.ts'
import { failures } from './cases/failures.ts'
import { streams } from './cases/streams.ts'

/** What has to be the same in every place. */
export const cases: readonly PlaceCase[] = [...answers, ...streams, ...failures, ...agents]

/** Runs the case of that name. */
export function runCase(name: string, ai: PlaceAi): Promise<unknown> {
  const found = cases.find((one) => one.name === name)
  if (found === undefined) throw new Error(`Expected the name of a case, got \`${name}\`.`)
  return found.run(ai)
}
