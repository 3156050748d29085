import { needsApproval } from '../tool-rules.ts'
import type { Invariant } from '../invariant.ts'

export const approvalsHeld: Invariant = {
  id: 'I18',
  says: 'What needs approval is entered only after a person allowed exactly that call, and the first decision holds.',
  onEntry: ({ run }, { mark, toolName }) => {
    const call = run.calls.get(mark)
    if (call?.meant === undefined || !needsApproval(toolName, call.meant)) return undefined
    const asked = run.pending.filter(({ input }) => JSON.stringify(input).includes(`"${mark}"`))
    const isAllowed = asked.some(
      ({ toolCallId, inputHash }) =>
        run.decisions.find((decision) => decision.toolCallId === toolCallId)?.isApproved === true &&
        inputHash !== '',
    )
    return !isAllowed && `\`${toolName}\` was entered without approval`
  },
}
