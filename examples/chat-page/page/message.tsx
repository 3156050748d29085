import { getToolName, isToolUIPart } from 'ai'
import type { JSX } from 'react'
import type { DeskMessage } from './chat.tsx'
import { ToolCall } from './tool-call.tsx'

interface MessageProps {
  readonly message: DeskMessage
  readonly isUnderWay: boolean
  readonly hasFailed: boolean
}

/** One message: its texts and its calls in the order they came. */
export function ChatMessage({ message, isUnderWay, hasFailed }: MessageProps): JSX.Element {
  const { role, parts, metadata } = message
  // Only a finished run has told its usage and why it stopped.
  const wasStopped = metadata === undefined || metadata.stopReason === 'aborted'
  return (
    <article className={role}>
      {parts.map((part, index) => {
        if (part.type === 'text') return <p key={index}>{part.text}</p>
        if (!isToolUIPart(part)) return null
        return (
          <ToolCall
            key={part.toolCallId}
            name={getToolName(part)}
            part={part}
            isUnderWay={isUnderWay}
          />
        )
      })}
      {role === 'assistant' && !isUnderWay && !hasFailed && (
        <footer>{wasStopped ? 'Stopped.' : `${metadata.usage.totalTokens} tokens`}</footer>
      )}
    </article>
  )
}
