import type { RunInput } from './input.ts'
import { prepareAgent, type AgentOptions } from './prepare.ts'
import { readOrigin, type Resumption } from './resume.ts'
import {
  drainRun,
  startRun,
  type RunOptions,
  type RunResult,
  type RunStream,
} from './run-stream.ts'

/** A model, its orders and its tools. Holds no state of a run: any number may be under way at once. */
export interface Agent<Context = unknown> {
  /**
   * Runs until there is an answer, a limit is reached, or calls wait for approval. A run that was suspended goes on from
   * its events and the decisions on its calls.
   * @throws DroverError `config.input` for bad input, before any request; BackendError when a model request fails for
   * good; `signal.reason` as it is after an abort.
   */
  readonly run: (
    input: RunInput | Resumption,
    ...options: RunArguments<Context>
  ) => Promise<RunResult>
  /** The same run, to be read while it goes on. What `run` throws, the iteration throws. */
  readonly stream: (input: RunInput | Resumption, ...options: RunArguments<Context>) => RunStream
}

/** The options may be left out unless the tools need a `context`. */
export type RunArguments<Context> = unknown extends Context
  ? [options?: RunOptions<Context>]
  : [options: RunOptions<Context> & RequiredContext<Context>]

/** A `context`, where the tools need one. */
type RequiredContext<Context> = unknown extends Context ? unknown : { readonly context: Context }

/**
 * Makes an agent. Everything is checked here, before any request.
 * @throws DroverError `config.invalid`, `config.tool`, `config.model` or `model.retired`, with the fix in the message.
 */
export function createAgent<Context = unknown>(options: AgentOptions<Context>): Agent<Context> {
  const agent = prepareAgent(options)
  const stream = (input: RunInput | Resumption, runOptions: RunOptions<Context> = {}): RunStream =>
    startRun(agent, readOrigin(input), runOptions)
  const run = async (
    input: RunInput | Resumption,
    runOptions: RunOptions<Context> = {},
  ): Promise<RunResult> => drainRun(agent, readOrigin(input), runOptions)
  // `RunArguments` only says when the second argument may be left out; here it always may.
  return { run, stream }
}

/** The whole loop as one call, for use inside a service. Throws what `createAgent` and `run` throw. */
export async function runTools<Context = unknown>(
  options: AgentOptions<Context> &
    RunOptions<Context> & { readonly messages: RunInput | Resumption } & RequiredContext<
      NoInfer<Context>
    >,
): Promise<RunResult> {
  return drainRun(prepareAgent(options), readOrigin(options.messages), options)
}
