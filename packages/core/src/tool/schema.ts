import { MAX_ISSUES, childPath, formatIssue, jsonType } from '../json-schema-issue.ts'
import { validateJson } from '../json-schema-validate.ts'
import type { JsonSchema } from '../json-schema.ts'
import { convertSchema, plainSchema } from './convert.ts'
import { createDecode } from './decode.ts'
import { lowerSchema } from './lower.ts'
import type { ToolParameters } from './parameters.ts'
import type { ParseResult } from './parse-result.ts'
import { messageOf, unlike } from './refusal.ts'
import { createShapes } from './shape.ts'
import type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts'
import { type ZodResult, fromZod } from './zod-result.ts'

/** What may be given as `input`: a Standard JSON Schema such as zod 4's, `zod3(…)`, `zodMini(…)`, or raw JSON Schema. */
export type ToolInput = StandardSchema | JsonSchema

/** An input schema, read once. */
export interface InputSchema {
  readonly parameters: ToolParameters
  readonly parse: Check
}

/** Turns a value into what the schema makes of it, or says what is wrong. Never throws. */
export type Check = (value: unknown) => ParseResult | Promise<ParseResult>

/**
 * Converts, checks and lowers the input schema of a tool, and makes the way back from what a model sends.
 * @throws DroverError `config.tool` when it is not the schema of an object or cannot be written as JSON Schema.
 */
export function readInputSchema(schema: ToolInput): InputSchema {
  const standard = standardOf(schema)
  const root = standard === undefined ? plainSchema(schema) : convertSchema(standard)
  const shapeOf = createShapes(root)
  const { parameters, source, hasTexts } = lowerSchema(root, shapeOf)
  const decode = createDecode(root, shapeOf)
  // Most schemas have neither dates nor bigints: their inputs are not walked.
  const hasValues = JSON.stringify(root).includes('"x-drover"')
  const check =
    standard === undefined
      ? (value: unknown) => fromIssues(value, validateJson(root, value))
      : standardCheck(standard, (value, remarks) =>
          hasValues ? decode(root, value, remarks) : value,
        )
  return { parameters, parse: guarded((value) => check(hasTexts ? decode(source, value) : value)) }
}

/**
 * Makes the check of what a tool gave; without a schema everything passes.
 * @throws DroverError `config.tool` when the schema is no Standard Schema.
 */
export function readOutputSchema(schema: StandardSchema | undefined): Check {
  if (schema === undefined) return (value) => ({ ok: true, value })
  const standard = standardOf(schema)
  if (standard === undefined) {
    throw unlike('`output`', 'a schema of zod or another Standard Schema library', jsonType(schema))
  }
  return guarded(standardCheck(standard, (value) => value))
}

/** Whatever a validator throws is an answer for the model: a bad input must not end the run. */
function guarded(check: Check): Check {
  const thrown = (error: unknown): ParseResult => {
    const issue = formatIssue('', `could not be checked: ${messageOf(error)}`)
    return { ok: false, issues: [issue] }
  }
  return (value) => {
    try {
      const result = check(value)
      return result instanceof Promise ? result.catch(thrown) : result
    } catch (error) {
      return thrown(error)
    }
  }
}

/** `make` makes the values that JSON lacks, and remarks by path on those it could not make. */
function standardCheck(
  schema: StandardSchema,
  make: (value: unknown, remarks: Map<string, string>) => unknown,
): Check {
  const { vendor, validate } = schema['~standard']
  const safeParseAsync: unknown = Reflect.get(schema, 'safeParseAsync')
  const parse =
    vendor === 'zod' && typeof safeParseAsync === 'function'
      ? // zod's own method of this name.
        async (value: unknown) =>
          fromZod((await safeParseAsync.call(schema, value)) as ZodResult<unknown>)
      : validate
  return (value) => {
    const remarks = new Map<string, string>()
    const settle = (result: StandardResult<unknown>): ParseResult =>
      result.issues === undefined
        ? { ok: true, value: result.value }
        : fromIssues(undefined, result.issues.slice(0, MAX_ISSUES).map(toText))
    const toText = ({ path = [], message }: StandardIssue): string => {
      const keys = path.map((part) => (typeof part === 'object' ? part.key : part))
      const place = keys.reduce<string>(childPath, '')
      return formatIssue(place, remarks.get(place) ?? message)
    }
    const result = parse(make(value, remarks))
    return result instanceof Promise ? result.then(settle) : settle(result)
  }
}

function fromIssues(value: unknown, issues: readonly string[]): ParseResult {
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues }
}

/** The schema as a Standard Schema; undefined for a raw JSON Schema. zod's are objects, arktype's are functions. */
function standardOf(schema: unknown): StandardSchema | undefined {
  const standard: unknown = Object(schema)['~standard']
  const isStandard = typeof Object(standard).validate === 'function'
  // Just seen: it can validate, and the rest of the interface is optional or text.
  return isStandard ? (schema as StandardSchema) : undefined
}
