import { describe } from 'vitest'
import { describeAborts } from './aborts.ts'
import { describeAnswers } from './answers.ts'
import { describeChoices } from './choices.ts'
import { describeDialects } from './dialects.ts'
import { describeFailures } from './failures.ts'
import { describeStreaming } from './streaming.ts'
import { describeInputFields } from './input-fields.ts'
import { describeLeakedCalls } from './leaked-calls.ts'
import type { OpenScene } from './stage.ts'
import { describeToolCalls } from './tool-calls.ts'

/** What every way to reach Workers AI must do alike: the same replies give the same results. */
export function describeBackend(name: string, open: OpenScene): void {
  describe(name, () => {
    describeAnswers(open)
    describeDialects(open)
    describeToolCalls(open)
    describeChoices(open)
    describeLeakedCalls(open)
    describeInputFields(open)
    describeFailures(open)
    describeAborts(open)
    describeStreaming(open)
  })
}
