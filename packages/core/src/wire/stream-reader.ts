import type { Failure, FailureContext } from './failure.ts'
import { readReply, type ReadReplyOptions, type Reply } from './reply.ts'
export type ReplyDelta =
  | { readonly type: 'text-delta'; readonly text: string }
  | {
      readonly type: 'tool-input-delta'
      readonly position: number
      readonly toolName: string
      readonly text: string
    }
export interface StreamReader {
  readonly push: (bytes: Uint8Array) => void
  readonly isDone: boolean
  readonly isWhole: boolean
  readonly end: () => { readonly reply: Reply } | { readonly text: string }
}
export class FailedStream extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super()
    this.failure = failure
  }
}
export function createStreamReader(
  options: ReadReplyOptions & {
    readonly context: FailureContext
    readonly onDelta: (delta: ReplyDelta) => void
  },
): StreamReader {
  let all = ''
  const d = new TextDecoder()
  let done = false
  return {
    push: (b) => {
      all += d.decode(b, { stream: true })
      done = all.includes('[DONE]')
    },
    get isDone() {
      return done
    },
    get isWhole() {
      return done
    },
    end: () => {
      if (!all.startsWith('data:')) return { text: all }
      const frames = all
        .split('\n\n')
        .filter((f) => f.startsWith('data: {'))
        .map((f) => JSON.parse(f.slice(6)))
      const body = {
        response: frames.map((f) => f.response ?? '').join(''),
        tool_calls: frames.flatMap((f) => f.tool_calls ?? []),
        usage: frames.findLast((f) => f.usage)?.usage,
      }
      const reply = readReply(body, options)
      options.onDelta({ type: 'text-delta', text: reply.text })
      return { reply }
    },
  }
}
