import { DroverError } from '../errors.ts'
import { MAX_ISSUES, childPath, formatIssue } from '../json-schema-issue.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import { validateJson } from '../json-schema-validate.ts'
import type { JsonSchema } from '../json-schema.ts'
import { convertSchema, plainSchema } from './convert.ts'
import { type Decoder, createDecoder } from './decode.ts'
import { type Lowered, lowerSchema } from './lower.ts'
import type { ToolParameters } from './parameters.ts'
import type { ParseResult } from './parse-result.ts'
import { createShapes } from './shape.ts'
import type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts'
import { type ZodResult, fromZod } from './zod-result.ts'

/** What may be given as `input`: a Standard JSON Schema such as zod 4's, `zod3(…)`, `zodMini(…)`, or raw JSON Schema. */
export type ToolInput = StandardSchema | JsonSchema

/** An input schema, read once. */
export interface InputSchema {
  readonly parameters: ToolParameters
  readonly parse: (input: unknown) => ParseResult | Promise<ParseResult>
}

/**
 * Converts, checks and lowers the input schema of a tool, and makes the way back from what a model sends.
 * @throws DroverError `config.tool` when it is not the schema of an object or cannot be written as JSON Schema.
 */
export function readInputSchema(schema: ToolInput, toolName: string): InputSchema {
  const read = (): InputSchema => {
    const standard = standardOf(schema)
    const source = standard === undefined ? plainSchema(schema) : convertSchema(standard)
    const shapeOf = createShapes(source)
    const lowered = lowerSchema(source, shapeOf)
    const decoder = createDecoder(source, lowered.source, shapeOf)
    const check: Check =
      standard === undefined
        ? (value) => fromIssues(value, validateJson(source, value))
        : standardCheck(standard, createMaker(source, decoder))
    return { parameters: lowered.parameters, parse: createParse(lowered, decoder, check) }
  }
  return withToolName(toolName, read)
}

/**
 * Makes the check of what a tool gave; without a schema everything passes.
 * @throws DroverError `config.tool` when the schema is no Standard Schema.
 */
export function readOutputSchema(schema: StandardSchema | undefined, toolName: string): Check {
  if (schema === undefined) return (value) => ({ ok: true, value })
  return withToolName(toolName, () => {
    const standard = standardOf(schema)
    if (standard === undefined) {
      throw new DroverError(
        'config.tool',
        'expected `output` to be a schema of zod or another Standard Schema library; leave it out to check nothing',
      )
    }
    return guarded(standardCheck(standard, (value) => value))
  })
}

type Check = (value: unknown) => ParseResult | Promise<ParseResult>

/** Makes the values that JSON lacks, and remarks by path on those it could not make. */
type Make = (value: unknown, remarks: Map<string, string>) => unknown

function createMaker(source: JsonSchema, decoder: Decoder): Make {
  // Most schemas have neither dates nor bigints: their inputs are not walked.
  return JSON.stringify(source).includes('"x-drover":{"codec"') ? decoder.values : (value) => value
}

function createParse({ hasTexts }: Lowered, decoder: Decoder, check: Check): Check {
  return guarded(hasTexts ? (value) => check(decoder.texts(value)) : check)
}

/** Whatever a validator throws is an answer for the model: a bad input must not end the run. */
function guarded(check: Check): Check {
  return (value) => {
    try {
      const result = check(value)
      return result instanceof Promise ? result.catch(thrown) : result
    } catch (error) {
      return thrown(error)
    }
  }
}

function thrown(error: unknown): ParseResult {
  const reason = error instanceof Error ? error.message : String(error)
  return { ok: false, issues: [formatIssue('', `could not be checked: ${reason}`)] }
}

function standardCheck(standard: StandardSchema, make: Make): Check {
  const validate = validatorOf(standard)
  return (value) => {
    const remarks = new Map<string, string>()
    const result = validate(make(value, remarks))
    return result instanceof Promise
      ? result.then((settled) => fromStandard(settled, remarks))
      : fromStandard(result, remarks)
  }
}

type Validate = StandardSchema['~standard']['validate']

function validatorOf(schema: StandardSchema): Validate {
  const { vendor, validate } = schema['~standard']
  const safeParseAsync: unknown = Reflect.get(schema, 'safeParseAsync')
  if (vendor !== 'zod' || typeof safeParseAsync !== 'function') return validate
  // zod's own method of this name.
  const parse = safeParseAsync.bind(schema) as (value: unknown) => Promise<ZodResult<unknown>>
  return async (value) => fromZod(await parse(value))
}

function fromStandard(
  result: StandardResult<unknown>,
  remarks: ReadonlyMap<string, string>,
): ParseResult {
  if (result.issues === undefined) return { ok: true, value: result.value }
  return fromIssues(undefined, result.issues.slice(0, MAX_ISSUES).map(formatStandardIssue(remarks)))
}

function formatStandardIssue(remarks: ReadonlyMap<string, string>) {
  return ({ path = [], message }: StandardIssue): string => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part))
    const place = keys.reduce<string>(childPath, '')
    return formatIssue(place, remarks.get(place) ?? message)
  }
}

function fromIssues(value: unknown, issues: readonly string[]): ParseResult {
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues }
}

/** The schema as a Standard Schema; undefined for a raw JSON Schema. zod's are objects, arktype's are functions. */
function standardOf(schema: unknown): StandardSchema | undefined {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null)
    return undefined
  const standard: unknown = Reflect.get(schema, '~standard')
  const isStandard = isSchemaObject(standard) && typeof standard['validate'] === 'function'
  // Checked on the line above: it can validate, and the rest of the interface is optional or text.
  return isStandard ? (schema as StandardSchema) : undefined
}

function withToolName<Result>(toolName: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!DroverError.is(error)) throw error
    const message = `Tool \`${toolName}\`: ${error.message}.`
    throw new DroverError(error.code, message, { cause: error })
  }
}
