import type { JsonValue } from '../message.ts'
import type { StopReason } from '../run/stop.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import type { Usage } from '../wire/usage.ts'

/** What a finished message tells a page beside its parts, as `message.metadata`. */
export interface UIMessageMetadata {
  readonly stopReason: StopReason
  readonly usage: Usage
}

/**
 * What we send of version 1 of the AI SDK's UI message stream.
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export type UIMessageChunk =
  | { readonly type: 'start'; readonly messageId: string }
  | { readonly type: 'start-step' | 'finish-step' | 'reset-step' }
  | { readonly type: 'text-start' | 'text-end'; readonly id: string }
  | { readonly type: 'text-delta'; readonly id: string; readonly delta: string }
  | UIToolCallChunk<'tool-input-start'>
  | {
      readonly type: 'tool-input-delta'
      readonly toolCallId: string
      readonly inputTextDelta: string
    }
  | (UIToolCallChunk<'tool-input-available'> & { readonly input: JsonValue })
  | {
      readonly type: 'tool-approval-request'
      /** The call's own id: a call is asked for once. */
      readonly approvalId: string
      readonly toolCallId: string
    }
  | {
      readonly type: 'tool-output-available'
      readonly toolCallId: string
      readonly output: JsonValue
    }
  | {
      readonly type: 'tool-output-error'
      readonly toolCallId: string
      readonly errorText: string
    }
  | {
      readonly type: 'data-retry-waiting'
      readonly data: { readonly attempt: number; readonly retryInMs: number }
      readonly transient: true
    }
  | { readonly type: 'error'; readonly errorText: string }
  | { readonly type: 'abort' }
  | {
      readonly type: 'finish'
      readonly finishReason: FinishReason
      readonly messageMetadata: UIMessageMetadata
    }

interface UIToolCallChunk<Type> {
  readonly type: Type
  readonly toolCallId: string
  readonly toolName: string
  /** True for a name that none of the agent's tools has: the page gets a `dynamic-tool` part, not a `tool-<name>`. */
  readonly dynamic?: true
}
