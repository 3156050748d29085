import type { Logger } from '../log.ts'
import type { Message, ToolCall } from '../message.ts'
import { nearest } from '../nearest.ts'
import type { Runtime } from '../runtime.ts'
import { timeUp, withinLimit } from '../time-limit.ts'
import { toErrorText, toOutputText } from './output.ts'
import type { ParseResult } from './parse-result.ts'
import type { AnyTool, ApprovalContext, ToolContext } from './tool.ts'

/** A call to answer and what its tool gets. */
export interface Execution {
  /** Its input is the tool's own, to do with what it likes. */
  readonly call: ToolCall
  /** Why the input could not be read from the reply; such a call is answered without its tool. */
  readonly problem: string | undefined
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly signal: AbortSignal
  readonly runtime: Runtime
  readonly timeouts: {
    /** Of a tool that sets no limit of its own. */
    readonly toolMs: number
  }
  readonly idempotencyKey: string
  readonly step: number
  readonly messages: readonly Message[]
  readonly context: unknown
  readonly log: Logger
  readonly maxOutputChars: number
  /** Asked before the tool is entered, where it may need a person's approval. */
  readonly admit: (
    tool: AnyTool,
    value: unknown,
    context: ApprovalContext<never>,
  ) => Promise<'go' | 'wait' | { readonly denied: string }>
  /** Called once, just before the tool is entered; a reason that it gives keeps it from being entered. */
  readonly onDispatch: (tool: AnyTool) => string | undefined
}

/** How a call was answered. */
export interface Answer {
  readonly output: string
  readonly isError: boolean
  /** False where the tool was never entered. */
  readonly dispatched: boolean
}

/** How long the check of a call may take: somebody's own check may wait for something that never comes. */
export const CHECK_MS = 5000

/**
 * Answers one call. What the model can repair (unknown tool, bad input, a throwing or slow tool) becomes an error text
 * for the model. What a tool does after its time is up is swallowed. Undefined where the call waits for a person's approval.
 * @throws only `signal.reason`, at once, when the signal aborts; a tool that ignores the signal is left behind.
 */
export async function execute(execution: Execution): Promise<Answer | undefined> {
  const { call, tools, signal, runtime, problem, maxOutputChars } = execution
  const tool = tools.get(call.toolName)
  let dispatched = false
  const refused = (output: string): Answer => ({
    output: toOutputText(output, maxOutputChars),
    isError: true,
    dispatched,
  })
  if (tool === undefined) return refused(unknownTool(call.toolName, tools))
  const named = `The tool \`${tool.name}\``
  if (problem !== undefined) return refused(`${named} was not run. ${problem}`)
  const parsing = tool.parseInput(call.input)
  const parsed =
    parsing instanceof Promise
      ? await withinLimit(runtime, CHECK_MS, signal, () => parsing)
      : parsing
  if (parsed === undefined)
    return refused(
      `${named} was not run: the check of its input took longer than ${CHECK_MS} ms. Call it with another input.`,
    )
  if (!parsed.ok) {
    const issues = parsed.issues.map((issue) => `\n- ${issue}`).join('')
    return refused(
      `${named} was not run, because its input is not valid:${issues}\nCall it again with a corrected input.`,
    )
  }
  if (tool.approval !== false) {
    const admission = await execution.admit(tool, parsed.value, contextOf(execution, signal))
    if (admission === 'wait') return undefined
    if (admission !== 'go') return refused(`${named} was not run. ${admission.denied}`)
  }
  signal.throwIfAborted()
  const refusal = execution.onDispatch(tool)
  if (refusal !== undefined) return refused(`${named} was not run. ${refusal}`)
  dispatched = true
  const ms = tool.timeoutMs ?? execution.timeouts.toolMs
  try {
    const limit = new AbortController()
    // Adds no listener to the run's signal, however many calls there are, and follows it for as long as anybody listens.
    const context = contextOf(execution, AbortSignal.any([signal, limit.signal]))
    const checked = await withinLimit(
      runtime,
      ms,
      signal,
      () => enter(tool, parsed.value, context),
      () => limit.abort(timeUp(ms)),
    )
    if (checked === undefined) return refused(`${named} ${tooSlow(tool, ms)}`)
    if (checked.ok)
      return { output: toOutputText(checked.value, maxOutputChars), isError: false, dispatched }
    return refused(
      `${named} ran, but its result does not match its own output schema: ${checked.issues.join('; ')}`,
    )
  } catch (error) {
    signal.throwIfAborted()
    return refused(`${named} failed: ${toErrorText(error)}`)
  }
}

/** Enters the tool and checks what it gave; what it throws at once and what it rejects with later are the same here. */
async function enter(
  tool: AnyTool,
  input: unknown,
  context: ToolContext<never>,
): Promise<ParseResult> {
  // `parseInput` just gave the input, in the shape of the tool's own schema.
  return tool.parseOutput(await tool.execute(input as never, context))
}

const contextOf = (execution: Execution, signal: AbortSignal): ToolContext<never> => {
  const { call, idempotencyKey, step, messages, log } = execution
  return {
    signal,
    toolCallId: call.toolCallId,
    idempotencyKey,
    step,
    messages,
    context: execution.context as never, // the agent's type says that every tool's context is what the caller gave
    log,
  }
}

/** Only a tool whose effect must not happen twice leaves a doubt that matters. */
const tooSlow = ({ effect }: AnyTool, ms: number): string =>
  effect === 'once'
    ? `did not finish within ${ms} ms. Its outcome is unknown: it may have had its effect. Check before you call it again.`
    : `failed: it did not finish within ${ms} ms.`

function unknownTool(name: string, tools: ReadonlyMap<string, AnyTool>): string {
  const near = nearest(name, tools.keys())
  const names = [...tools.keys()].slice(0, 50).join(', ')
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`
  return `There is no tool named \`${name.slice(0, 100)}\`.${hint} The tools are: ${names || 'none'}.`
}
