import type { DynamicToolUIPart, ToolUIPart } from 'ai'
import type { JSX } from 'react'

interface ToolCallProps {
  readonly name: string
  readonly part: ToolUIPart | DynamicToolUIPart
  readonly isUnderWay: boolean
}

/** A call with what went in and what came out; the details fold away. */
export function ToolCall({ name, part, isUnderWay }: ToolCallProps): JSX.Element {
  const { state, input, output, errorText } = part
  const isOpen = state === 'input-streaming' || state === 'input-available'
  const outcome =
    errorText !== undefined ? 'failed' : isOpen ? (isUnderWay ? 'running' : 'stopped') : 'done'
  return (
    <details className="call" data-outcome={outcome} open>
      <summary>
        <code>{name}</code>
        <span>{outcome}</span>
      </summary>
      <dl>
        <dt>Input</dt>
        <dd>
          <pre>{show(input)}</pre>
        </dd>
        {!isOpen && (
          <>
            <dt>{errorText === undefined ? 'Result' : 'Error'}</dt>
            <dd>
              <pre>{errorText ?? show(output)}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  )
}

function show(value: unknown): string {
  if (value === undefined) return '…'
  if (typeof value === 'string') return value
  const line = JSON.stringify(value)
  return line.length <= 50 ? line : JSON.stringify(value, undefined, 2)
}
