import type { JsonSchema } from '../json-schema.ts'
import type { Logger } from '../log.ts'
import type { Message } from '../message.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What may be given as `input`: a Standard JSON Schema such as zod 4's, `zod3(…)`, `zodMini(…)`, or raw JSON Schema. */
export type ToolInput = StandardSchema | JsonSchema

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
  /** Aborts when the run does or when the tool's time is up. Hand it to `fetch` and the like. */
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
  /** Does the work. What it throws goes back to the model as an error, not to the caller. */
  readonly execute: (
    input: ParsedInput<Input>,
    context: ToolContext<Context>,
  ) => ToolOutput<Output> | Promise<ToolOutput<Output>>
}

/** A tool, ready for an agent. Immutable; its schema was converted once, at definition. */
export interface Tool<Input = never, Context = never> {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input, lowered to what Workers AI's own schema accepts. */
  readonly parameters: ToolParameters
  readonly effect: ToolEffect
  /** Turns what the model sent into what `execute` takes, or says what is wrong with it. Never throws. */
  readonly parseInput: (input: unknown) => ParseResult | Promise<ParseResult>
  /** Checks what `execute` gave; gives it back as it is where the tool has no `output` schema. */
  readonly parseOutput: (output: unknown) => ParseResult | Promise<ParseResult>
  readonly execute: (input: Input, context: ToolContext<Context>) => unknown
}

/** The `parameters` of both wire formats: an object whose every property has a string `type` and a `description`. */
export interface ToolParameters extends JsonSchema {
  readonly type: 'object'
  readonly properties: { readonly [name: string]: JsonSchema }
}

/** The parsed value, or what is wrong, as `path: message` texts a model can act on. */
export type ParseResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly string[] }
