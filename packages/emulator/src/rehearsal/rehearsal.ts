import type { ModelSource } from '../model-source.ts'

/** Ends every text it writes. */
export const REHEARSAL_MARK = '(rehearsal: a rule-based stand-in wrote this, not a language model)'

export function rehearsal(): ModelSource {
  return {
    name: 'rehearsal',
    reply: (request) => {
      const last = request.messages.at(-1)
      const [tool] = request.tools
      if (tool !== undefined && last?.role === 'user') {
        return { toolCalls: [{ toolName: tool.name, input: {} }] }
      }
      return { text: `${last?.content ?? request.prompt ?? ''} ${REHEARSAL_MARK}` }
    },
  }
}
