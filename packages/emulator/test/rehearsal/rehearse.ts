import type { ModelMessage, ModelToolCall } from '../../src/index.ts'
import { rehearsal } from '../../src/index.ts'
import type { RehearsedTool } from './tool-sets.ts'

/** What a whole rehearsed run did. */
export interface Rehearsed {
  readonly calls: readonly ModelToolCall[]
  readonly text: string
  /** Model replies, the answer among them. */
  readonly replies: number
}

/** Noon of a Friday. */
const NOW: number = Date.parse('2026-11-20T12:00:00Z')

const MAX_REPLIES = 8

/** Plays the part of an agent: asks, runs the tools, asks again until there is text. */
export async function rehearse(
  question: string,
  tools: readonly RehearsedTool[],
): Promise<Rehearsed> {
  const model = rehearsal({
    runtime: {
      now: () => NOW,
      random: () => 0,
      setTimer: () => () => undefined,
      createId: () => 'id',
      fetch: () => Promise.reject(new Error('no network')),
    },
  })
  const messages: ModelMessage[] = [{ role: 'user', content: question, toolCalls: [] }]
  const calls: ModelToolCall[] = []
  for (let replies = 1; replies <= MAX_REPLIES; replies++) {
    const reply = await model.reply({ model: '@cf/test', inputs: {}, tools, messages })
    if (!('toolCalls' in reply) || reply.toolCalls === undefined) {
      return { calls, text: 'text' in reply ? (reply.text ?? '') : '', replies }
    }
    messages.push({ role: 'assistant', content: '', toolCalls: reply.toolCalls })
    for (const call of reply.toolCalls) {
      calls.push(call)
      const content = answerOf(call, tools)
      messages.push({
        role: 'tool',
        content,
        toolCalls: [],
        toolName: call.toolName,
        toolInput: call.input,
      })
    }
  }
  throw new Error(`No answer after ${MAX_REPLIES} replies to ${JSON.stringify(question)}.`)
}

function answerOf({ toolName, input }: ModelToolCall, tools: readonly RehearsedTool[]): string {
  try {
    const output = tools.find(({ name }) => name === toolName)?.run(input)
    return typeof output === 'string' ? output : JSON.stringify(output)
  } catch (error) {
    return `Error: ${error instanceof Error ? error.message : String(error)}`
  }
}
