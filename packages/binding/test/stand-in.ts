import type { AiBinding } from '@drover/binding'

/** One call of `env.AI.run`, with its inputs as they stood then. */
export interface RunCall {
  readonly model: string
  readonly inputs: Record<string, unknown>
  readonly options: Parameters<AiBinding['run']>[2]
}

/** An `env.AI` that gives what it is told to. */
export interface StandIn extends AiBinding {
  readonly calls: readonly RunCall[]
}

/** Makes one; what `give` throws, `run` throws. */
export function standIn(give: (call: RunCall) => unknown): StandIn {
  const calls: RunCall[] = []
  return {
    calls,
    run: async (model, inputs, options) => {
      const call = { model, inputs: structuredClone(inputs), options }
      calls.push(call)
      return give(call)
    },
  }
}
