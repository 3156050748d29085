import type { Runtime } from '@drover/core'
import { systemRuntime } from '@drover/core'
import { readWantedJson } from '../json-mode.ts'
import { ownValue } from '../json-object.ts'
import type { ModelSource } from '../model-source.ts'
import { writeAnswer } from './answer.ts'
import { planCalls } from './plan.ts'
import { readTurn } from './turn.ts'
import { answerAsWanted } from './wanted-call.ts'

/** How a rehearsal behaves. */
export interface RehearsalOptions {
  /** Its clock tells which day `tomorrow` is. @default systemRuntime */
  readonly runtime?: Runtime
}

/**
 * A stand-in for a model that needs nothing installed: rules that pick, from whatever tools are offered, those whose
 * names and descriptions fit the question, fill their arguments from its words, carry values from one result into the
 * next call, and answer by quoting the results. A tool or a JSON schema that the request insists on is filled the same way. Deterministic; at most 6 calls for a question, no call twice. It
 * understands nothing: every text it writes ends with a mark that says so.
 */
export function rehearsal({ runtime = systemRuntime }: RehearsalOptions = {}): ModelSource {
  return {
    name: 'rehearsal',
    reply: (request) => {
      const turn = readTurn(request)
      const wanted = answerAsWanted(request, runtime.now())
      if (wanted !== undefined) return wanted
      const isFree = ownValue(request.inputs, 'tool_choice') !== 'none'
      const toolCalls = isFree ? planCalls(request.tools, turn, runtime.now()) : []
      if (toolCalls.length > 0) return { toolCalls }
      const answer = writeAnswer(turn, request.tools)
      const isJson = readWantedJson(request.inputs) !== undefined
      return { text: isJson ? JSON.stringify({ answer }) : answer }
    },
  }
}
