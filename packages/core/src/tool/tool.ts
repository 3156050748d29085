import { defined } from '../defined.ts'
import { DroverError } from '../errors.ts'
import { valueInWords } from '../json-schema-issue.ts'
import { checkOption, expected, integers, timerMs } from '../option.ts'
import type { Logger } from '../log.ts'
import type { Message } from '../message.ts'
import type { ToolParameters } from './parameters.ts'
import type { ParseResult } from './parse-result.ts'
import { refusal, unlike } from './refusal.ts'
import { type ToolInput, readInputSchema, readOutputSchema } from './schema.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What `execute` gets for a schema: its parsed output; any object for raw JSON Schema. */
export type ParsedInput<Schema> =
  Schema extends StandardSchema<unknown, infer Output> ? Output : Record<string, unknown>

/** What `execute` must give when the tool has an `output` schema; anything otherwise. */
export type ToolOutput<Schema> =
  Schema extends StandardSchema<infer Input, unknown> ? Input : unknown

/**
 * What a second dispatch of the same call would do.
 * - `read`: nothing; may be repeated freely.
 * - `idempotent`: the same, as long as the tool uses `idempotencyKey`.
 * - `once`: harm; it is never dispatched twice by us.
 */
export type ToolEffect = 'read' | 'idempotent' | 'once'

/** What `execute` gets beside its input. */
export interface ToolContext<Context = unknown> {
  /** Aborts when the run does and at its end, and when the call takes too long. Hand it to `fetch` and the like. */
  readonly signal: AbortSignal
  readonly toolCallId: string
  /** The same for the same call of the same run, however often it is dispatched; made from run, step and position. */
  readonly idempotencyKey: string
  /** Starts at 1. */
  readonly step: number
  /** The conversation up to the model's call, read-only. */
  readonly messages: readonly Message[]
  /** What the caller gave as `context` to `agent.run`. */
  readonly context: Context
  readonly log: Logger
}

/** What decides whether a call needs a person's approval gets this beside the call's input. */
export type ApprovalContext<Context = unknown> = Pick<
  ToolContext<Context>,
  'signal' | 'toolCallId' | 'step' | 'messages' | 'context'
>

/** What a tool is made of. */
export interface ToolOptions<
  Input extends ToolInput,
  Context,
  Output extends StandardSchema | undefined = undefined,
> {
  /** 1 to 64 letters, digits, `_` and `-`, beginning with a letter or `_`. */
  readonly name: string
  /** What it does, for the model: the better it says when to use it, the better it is used. Not empty. */
  readonly description: string
  /** An object schema. `{}` as raw JSON Schema is refused: write `z.object({})` for a tool without parameters. */
  readonly input: Input
  /** Checked on what `execute` gives. */
  readonly output?: Output
  /** @default 'once' */
  readonly effect?: ToolEffect
  /** Calls of it that a run may make; further ones are answered as used up. @default no limit */
  readonly maxCalls?: number
  /**
   * True for a tool that must have the run to itself: the calls before it in a reply finish first, and those after it
   * wait. @default false
   */
  readonly serial?: boolean
  /**
   * How long a call may take, from 1 to 2,147,483,647 milliseconds. At the limit the tool's signal aborts, and the call
   * is answered without its result. @default the agent's `timeouts.toolMs`, 30_000
   */
  readonly timeoutMs?: number
  /**
   * Whether a person must approve a call before it is dispatched: always, or where this says so for its input. The run
   * then ends `suspended`. Where it throws, or takes longer than 5 seconds, approval is needed. @default false
   * @see docs/guides/human-approval.md
   */
  readonly approval?:
    | boolean
    | ((input: ParsedInput<Input>, context: ApprovalContext<Context>) => boolean | Promise<boolean>)
  /** Does the work. What it throws goes back to the model as an error, not to the caller. */
  readonly execute: (
    input: ParsedInput<Input>,
    context: ToolContext<Context>,
  ) => ToolOutput<Output> | Promise<ToolOutput<Output>>
}

/** A tool, ready for an agent. Immutable; its schema was converted once, at definition. */
export interface Tool<Input = never, Context = unknown> {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input, lowered to what Workers AI's own schema accepts. */
  readonly parameters: ToolParameters
  readonly effect: ToolEffect
  readonly maxCalls?: number
  readonly serial?: boolean
  readonly timeoutMs?: number
  readonly approval:
    | boolean
    | ((input: Input, context: ApprovalContext<Context>) => boolean | Promise<boolean>)
  /** Turns what the model sent into what `execute` takes, or says what is wrong with it. Never throws. */
  readonly parseInput: (input: unknown) => ParseResult | Promise<ParseResult>
  /** Checks what `execute` gave; gives it back as it is where the tool has no `output` schema. Never throws. */
  readonly parseOutput: (output: unknown) => ParseResult | Promise<ParseResult>
  readonly execute: (input: Input, context: ToolContext<Context>) => unknown
}

const NAME = /^[A-Za-z_][\w-]{0,63}$/
// `satisfies` keeps this list and the type the same.
const EFFECTS: readonly string[] = ['read', 'idempotent', 'once'] satisfies ToolEffect[]

/** A tool of any input and any context, as a list of different ones holds it. */
export type AnyTool = Tool<never, never>

/**
 * Describes one tool: what the model is told about it and what runs when the model calls it. The schema is converted
 * here, once; nothing else happens until an agent uses the tool.
 * @throws DroverError `config.tool` when name, description, schema, effect or `execute` cannot be used.
 */
export function tool<
  Input extends ToolInput,
  Context = unknown,
  Output extends StandardSchema | undefined = undefined,
>(options: ToolOptions<Input, Context, Output>): Tool<ParsedInput<Input>, Context> {
  const { name, description, input, output, effect = 'once', approval = false, execute } = options
  const { maxCalls, serial, timeoutMs } = options
  const check = (isFine: boolean, what: string, wanted: string, got: unknown): void => {
    if (!isFine) throw unlike(what, wanted, valueInWords(got))
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw expected(
      'config.tool',
      'the `name` of a tool',
      '1 to 64 letters, digits, `_` and `-`, beginning with a letter or `_`',
      name,
    )
  }
  try {
    const isText = typeof description === 'string' && description.trim() !== ''
    check(isText, '`description`', 'a text that says what the tool does', description)
    check(EFFECTS.includes(effect), '`effect`', "'read', 'idempotent' or 'once'", effect)
    const isRule = typeof approval === 'boolean' || typeof approval === 'function'
    check(isRule, '`approval`', 'true, false or a function', approval)
    check(typeof execute === 'function', '`execute`', 'a function', execute)
    checkOption('maxCalls', maxCalls, integers(1))
    checkOption('serial', serial, 'boolean')
    checkOption('timeoutMs', timeoutMs, timerMs)
    const { parameters, parse: parseInput } = readInputSchema(input)
    const parseOutput = readOutputSchema(output)
    return Object.freeze({
      name,
      description,
      parameters,
      effect,
      ...defined({ maxCalls, serial, timeoutMs }),
      approval,
      parseInput,
      parseOutput,
      execute,
    })
  } catch (error) {
    if (!DroverError.is(error)) throw error
    throw refusal(`Tool \`${name}\`: ${error.message.replace(/\.$/, '')}.`, error)
  }
}

/**
 * Refuses tools that a model could not tell apart. Names are compared as they are: `a` and `A` are two names.
 * @throws DroverError `config.tool` naming the tool that stands twice.
 */
export function checkToolNames(tools: readonly { readonly name: string }[]): void {
  const seen = new Set<string>()
  for (const { name } of tools) {
    if (seen.has(name)) {
      throw refusal(
        `Expected every tool to have its own name, got two named \`${name}\`: rename one.`,
      )
    }
    seen.add(name)
  }
}
