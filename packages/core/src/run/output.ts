import { DroverError } from '../errors.ts'
import { readLenient } from '../lenient-json.ts'
import type { JsonValue } from '../message.ts'
import { readInputSchema, type ToolInput } from '../tool/schema.ts'
import { refusal } from '../tool/refusal.ts'
import type { AnyTool, ParsedInput } from '../tool/tool.ts'
import { untilAborted } from '../until-aborted.ts'
import { createJudge } from '../wire/judge-call.ts'
import { hideThoughts } from '../wire/leaked/prompt-tokens.ts'
import type { Reply } from '../wire/reply.ts'
import type { CallIds } from './call-id.ts'
import type { PlannedCall } from './planned-call.ts'

/** What a run gives as `output`: what the schema makes of it; undefined where none is wanted. */
export type OutputOf<Schema> = Schema extends ToolInput ? ParsedInput<Schema> : undefined

/** Times a model that gave no fitting output is asked again. */
export const MAX_OUTPUT_REPAIRS = 2

/** Texts are searched for the object this often: a program has many braces. */
const MAX_CANDIDATES = 8

const DESCRIPTION =
  'Gives the final answer. Call it alone, once nothing more has to be found out, with all that it asks for.'

/**
 * The tool that takes a run's output. It is never entered: its input is the output.
 * @throws DroverError `config.tool` where the schema cannot be used.
 */
export function createOutputTool(schema: ToolInput, tools: ReadonlyMap<string, unknown>): AnyTool {
  let name = 'final_answer'
  while (tools.has(name)) name += '_'
  try {
    const { parameters, parse } = readInputSchema(schema)
    return {
      name,
      description: DESCRIPTION,
      parameters,
      effect: 'read',
      approval: false,
      parseInput: parse,
      parseOutput: (value) => ({ ok: true, value }),
      execute: (input) => input,
    }
  } catch (error) {
    if (!DroverError.is(error)) throw error
    throw refusal(`\`output\`: ${error.message}.`, error)
  }
}

/** What a reply says of the output that is wanted. */
export type OutputReading =
  | {
      readonly status: 'given'
      /** As the model gave it, after repair. */
      readonly output: JsonValue
      /** What the schema made of it. */
      readonly value: unknown
      /** What was done to it, where anything was. */
      readonly mended: PlannedCall | undefined
    }
  /** Other calls go first. */
  | { readonly status: 'pending'; readonly calls: readonly PlannedCall[] }
  | { readonly status: 'rejected'; readonly why: string }

/** What decides on an output besides the reply. */
export interface OutputOptions {
  readonly output: AnyTool
  readonly repair: boolean
  readonly ids: CallIds
  readonly signal: AbortSignal
}

/**
 * Finds the output in a reply: in the call that gives it, else as JSON in the text. Where it stands twice, the last counts.
 * @throws only `signal.reason` after an abort.
 */
export async function readOutput(
  reply: Reply,
  calls: readonly PlannedCall[],
  { output, repair, ids, signal }: OutputOptions,
): Promise<OutputReading> {
  if (calls.some(({ toolName }) => toolName !== output.name)) {
    return { status: 'pending', calls: calls.map((call) => holdBack(call, output)) }
  }
  let why = ''
  for (const call of calls.toReversed()) {
    const reading = call.problem ?? (await check(output, call.input, signal))
    if (typeof reading !== 'string') return { ...reading, mended: call }
    why ||= reading
  }
  if (calls.length > 0) return { status: 'rejected', why }
  const { judge } = createJudge([output], repair)
  for (const candidate of [...objectsIn(hideThoughts(reply.text))].toReversed()) {
    const { input, repairs = [], ...judged } = judge({ toolName: output.name, input: candidate })
    const meant = 'why' in judged && judged.why === 'placeholder' ? judged.message : undefined
    const reading = meant ?? (await check(output, input, signal))
    if (typeof reading !== 'string') {
      const call = {
        toolName: output.name,
        input,
        position: 0,
        problem: undefined,
        recovered: undefined,
        repairs,
      }
      return {
        ...reading,
        mended: repairs.length > 0 ? { toolCallId: ids.next(), ...call } : undefined,
      }
    }
    why ||= reading
  }
  return { status: 'rejected', why }
}

/** What the others bring belongs into the answer. */
const holdBack = (call: PlannedCall, { name }: AnyTool): PlannedCall =>
  call.toolName === name
    ? { ...call, problem: 'Look at the results of the other calls first, then call it alone.' }
    : call

type Given = Omit<Extract<OutputReading, { status: 'given' }>, 'mended'>

/** What the schema makes of an output, or what is wrong with it. */
async function check(
  tool: AnyTool,
  output: JsonValue,
  signal: AbortSignal,
): Promise<Given | string> {
  const parsing = tool.parseInput(output)
  const parsed = parsing instanceof Promise ? await untilAborted(parsing, signal) : parsing
  if (parsed.ok) return { status: 'given', output, value: parsed.value }
  return ['Your last answer is not valid:', ...parsed.issues.map((issue) => `- ${issue}`)].join(
    '\n',
  )
}

/** The objects in a text, from the left: alone, in a fence or between words. */
function* objectsIn(text: string): Generator<JsonValue> {
  let at = text.indexOf('{')
  for (let count = 0; at >= 0 && count < MAX_CANDIDATES; count++) {
    const read = readLenient(text, at)
    if (read.status === 'cut') return
    const isAlone = text.trim().length === read.end - at
    if (read.status === 'value' && (isAlone || Object.keys(Object(read.value)).length > 0)) {
      yield read.value
    }
    at = text.indexOf('{', Math.max(read.end, at + 1))
  }
}

/** The error of a run whose model gave no fitting output. */
export function noOutput(model: string, why: string): DroverError {
  const message =
    `The model \`${model}\` gave no \`output\` that fits, however often it was asked. ${why || 'It answered in words.'} ` +
    'Ask for less, describe the properties better, or use another model.'
  return new DroverError('model.no_output', message)
}
