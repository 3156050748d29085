import type { Invariant } from '../invariant.ts'

export const replyIsTransaction: Invariant = {
  id: 'I8',
  says: 'Nothing is entered before its reply was sent whole, nor from one that was cut, broken or refused.',
  onEntry: ({ run }, { mark, toolName, effect }) => {
    const replies = run.calls.get(mark)?.replies ?? []
    const whole = replies.filter(({ isSent, isSound }) => isSent && isSound)
    if (whole.length === 0) return `\`${toolName}\` was entered from a reply that was not whole`
    return (
      effect === 'once' &&
      whole.every(({ isDoubtful }) => isDoubtful) &&
      `\`${toolName}\`, which must not happen by mistake, was entered from a reply that was cut`
    )
  },
}
