import { DroverError } from '@drover/core'
import type { Invariant } from '../invariant.ts'

export const errorsTyped: Invariant = {
  id: 'I17',
  says: "What a run throws is of Drover's own kind with a known code, or the reason of the abort as it is.",
  atEnd: ({ run: { failure, aborted, result, settledAt } }) => {
    // It may have failed in the same moment.
    const isTie = aborted?.at === settledAt && DroverError.is(failure?.error)
    if (aborted !== undefined && !isTie) {
      // It may have been over in the same moment.
      if (failure === undefined) return result === undefined && 'it was aborted and gave nothing'
      const { error } = failure
      const isOwn = 'reason' in aborted ? error === aborted.reason : error instanceof DOMException
      return !isOwn && `it did not throw the reason of its abort, but ${String(error)}`
    }
    if (failure === undefined) return undefined
    if (!DroverError.is(failure.error)) return `it threw ${String(failure.error)}`
    return (
      !/^(?:model|http|stream|reply|security|config)\./.test(failure.error.code) &&
      `it threw the code ${failure.error.code}`
    )
  },
}
