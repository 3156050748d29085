import type { ReplyViewer } from './call-model.ts'
import type { Run } from './run.ts'

/** Who looks at the reply of a step while it comes. */
export interface StepViewer extends ReplyViewer {
  /** What was shown of the step is void. */
  readonly reset: () => void
}

/** Tells of a reply while it comes. */
export function createViewer(
  { recorder, ids }: Pick<Run, 'recorder' | 'ids'>,
  step: number,
  room: () => Promise<void> | undefined,
): StepViewer {
  let hasShown = false
  return {
    room,
    onDelta: (delta) => {
      hasShown = true
      const { text } = delta
      if (delta.type === 'text-delta') return recorder.tell({ type: 'text-delta', step, text })
      const { toolName, position } = delta
      const toolCallId = ids.peek(position)
      recorder.tell({ type: 'tool-input-delta', step, toolCallId, toolName, text })
    },
    reset: () => {
      if (hasShown) recorder.tell({ type: 'reply-reset', step })
      hasShown = false
    },
  }
}
