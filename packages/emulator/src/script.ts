import { DroverError } from '@drover/core'
import { checkMisbehaviourNames } from './misbehave/misbehave-options.ts'
import type { ModelReply, ModelRequest, ModelSource } from './model-source.ts'
import { checkStreaming } from './streaming/check-streaming.ts'

/** A model source that answers from a list, and tells whether the list was followed. */
export interface Script extends ModelSource {
  /**
   * Holds a list to account; a function always has an answer.
   * @throws {DroverError} `test.unscripted` when a request came for which there was no reply, or replies are left over.
   */
  readonly assertComplete: () => void
}

/**
 * A model that says what it is told: the replies in order, or what a function makes of each request. A request after
 * the last reply is answered with a 500 that says so, and remembered for `assertComplete()`. Requests that the service
 * itself refuses (401, 5006, 5007 …) never reach the script and use nothing up.
 * @throws {DroverError} `config.invalid` when `streaming` or `misbehave` of a reply in the list is not what it may be.
 */
export function script(
  replies: readonly ModelReply[] | ((request: ModelRequest) => ModelReply | Promise<ModelReply>),
): Script {
  for (const reply of typeof replies === 'function' ? [] : replies) {
    if ('streaming' in reply && reply.streaming !== undefined) checkStreaming(reply.streaming)
    if ('misbehave' in reply && reply.misbehave) checkMisbehaviourNames(reply.misbehave)
  }
  let requests = 0
  const reply = (request: ModelRequest): ModelReply | Promise<ModelReply> => {
    requests += 1
    if (typeof replies === 'function') return replies(request)
    return (
      replies[requests - 1] ?? {
        error: { code: 8005, status: 500, message: unscripted(requests, replies.length, request) },
      }
    )
  }
  const assertComplete = (): void => {
    if (typeof replies === 'function' || requests === replies.length) return
    throw new DroverError(
      'test.unscripted',
      `Expected ${replies.length} model request(s), one for each reply of \`script\`, got ${requests}. ` +
        (requests > replies.length
          ? 'Add the missing replies, or find what asks too often.'
          : 'Remove the replies that are left over, or find what stopped early.'),
    )
  }
  return { name: 'script', reply, assertComplete }
}

function unscripted(count: number, available: number, request: ModelRequest): string {
  const last = request.messages.at(-1)
  const asked = last === undefined ? request.prompt : `${last.role}: ${last.content}`
  return (
    `\`script\` has ${available} replies and got request ${count}. ` +
    `Add a reply for it. Its last message is ${JSON.stringify((asked ?? '').slice(0, 200))}`
  )
}
