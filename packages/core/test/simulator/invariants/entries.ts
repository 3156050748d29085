import { isDeepStrictEqual } from 'node:util'
import type { Invariant } from '../invariant.ts'

export const entriesMeant: Invariant = {
  id: 'I5',
  says: 'A tool is entered only with the input that the model meant, and only if that fits its schema; an output is what the model gave.',
  atEnd: ({ run: { result, outputs }, world }) => {
    if (!world.plan.wantsOutput || result === undefined || result.stopReason === 'suspended')
      return undefined
    const isGiven = outputs.some((output) => isDeepStrictEqual(output, result.output))
    return !isGiven && `the output is ${JSON.stringify(result.output)}, which the model never gave`
  },
  onEntry: ({ run }, { mark, toolName }, input) => {
    const call = run.calls.get(mark)
    if (call === undefined) return `\`${toolName}\` was entered for the unknown call ${mark}`
    if (call.toolName !== toolName)
      return `\`${toolName}\` was entered in place of \`${call.toolName}\``
    if (call.meant === undefined)
      return `\`${toolName}\` was entered with an input that is not valid`
    const given = toWellFormed(input)
    const meant = toWellFormed(call.meant)
    return (
      !isDeepStrictEqual(given, meant) &&
      `\`${toolName}\` was entered with ${JSON.stringify(given)}, meant was ${JSON.stringify(meant)}`
    )
  },
}

/** As the wire carries it. */
const toWellFormed = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'string' ? part.toWellFormed() : part,
    ),
  )
