import type { Message, WireMessage } from '@drover/core'
import type { Finding, Invariant } from '../invariant.ts'
import { outputOf } from '../tool-output.ts'
import type { Stage } from '../stage.ts'

export const answersPaired: Invariant = {
  id: 'I1',
  says: 'Each call in a history has exactly one answer, its own, right after it and in call order.',
  onRequest: (stage, { messages }) => unpaired(messages.map(fromWire)) || mixedUp(stage, messages),
  atEnd: ({ run: { result } }) =>
    result !== undefined &&
    result.stopReason !== 'suspended' &&
    unpaired(result.messages.map(fromMessage)),
}

export const idsUnique: Invariant = {
  id: 'I2',
  says: 'There is no answer without its call, and no id is used twice.',
  onRequest: (_, { messages }) => stray(messages.map(fromWire)),
  atEnd: ({ run: { result } }) => result !== undefined && stray(result.messages.map(fromMessage)),
}

/** What matters of a message here. */
interface Turn {
  readonly role: string
  readonly calls: readonly string[]
  readonly answers: string | undefined
}

const fromWire = (message: WireMessage): Turn => ({
  role: message.role,
  calls: message.tool_calls?.map(({ id }) => id) ?? [],
  answers: message.tool_call_id,
})

const fromMessage = (message: Message): Turn => ({
  role: message.role,
  calls:
    message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => call.toolCallId) : [],
  answers: message.role === 'tool' ? message.toolCallId : undefined,
})

function unpaired(turns: readonly Turn[]): Finding {
  let open: readonly string[] = []
  for (const [index, { role, calls, answers }] of turns.entries()) {
    if (role === 'tool') {
      const [wanted, ...others] = open
      if (answers !== wanted) return `message ${index} answers ${answers}, expected ${wanted}`
      open = others
    } else {
      if (open.length > 0) return `message ${index} comes before the answer to ${open[0]}`
      open = calls
    }
  }
  return open.length > 0 && `the history ends before the answer to ${open[0]}`
}

function stray(turns: readonly Turn[]): Finding {
  const seen = new Set<string>()
  for (const { calls, answers } of turns) {
    if (answers !== undefined && !seen.has(answers)) return `${answers} is answered and unknown`
    for (const id of calls) {
      if (seen.has(id)) return `the id ${id} is used twice`
      seen.add(id)
    }
  }
  return undefined
}

/** Whether an answer gives the result of another call. */
function mixedUp({ run }: Stage, messages: readonly WireMessage[]): Finding {
  const inputs = new Map<string, string>()
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) inputs.set(call.id, call.function.arguments)
    const given = /^out (\S+) of/.exec(message.content)?.[1]
    if (message.role !== 'tool' || given === undefined) continue
    const input = inputs.get(message.tool_call_id ?? '')
    if (!input?.includes(`"${given}"`) && !input?.includes(`\\"${given}\\"`))
      return `the answer "${outputOf(given, run.label)}" stands with the call ${input}`
  }
  return undefined
}
