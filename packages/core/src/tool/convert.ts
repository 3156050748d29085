import { DroverError } from '../errors.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { guardJson, own } from '../json.ts'
import { type Bound, represent } from './representable.ts'
import type { StandardSchema } from './standard-schema.ts'

/**
 * The JSON Schema of a Standard Schema's input, with dates and bigints written as JSON can.
 * @throws DroverError `config.tool` when it has none, naming the way to get one, or has parts that JSON has no value for.
 */
export function convertSchema(schema: StandardSchema): JsonSchema {
  const { vendor, jsonSchema } = schema['~standard']
  if (jsonSchema === undefined) throw refusal(missingConverter(schema, vendor))
  const target = 'draft-2020-12'
  let converted: unknown
  try {
    // zod reads the options; a library that refuses options it does not know is asked again without.
    const libraryOptions = { unrepresentable: 'any', override: overrideZod }
    converted = attempt(() => jsonSchema.input({ target, libraryOptions }))
    converted ??= jsonSchema.input({ target })
  } catch (error) {
    if (DroverError.is(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw refusal(
      `expected a schema that ${vendor} can write as JSON Schema, got: ${reason}`,
      error,
    )
  }
  const plain = plainSchema(converted, simplify)
  const isObject = own(own(own(schema, '_zod'), 'def'), 'type') === 'object'
  if (Object.keys(plain).every((key) => key === '$schema') && isObject) throw refusal(LOST)
  return plain
}

/**
 * A JSON Schema as plain data of its own, whatever it was made of.
 * @throws DroverError `config.tool` when it is no object, is not plain JSON, or came out empty.
 */
export function plainSchema(
  schema: unknown,
  replace: (key: string, value: unknown) => unknown = (_, value) => value,
): JsonSchema {
  const door = isSchemaObject(schema) ? wrongDoor(schema) : undefined
  if (door !== undefined) throw refusal(door)
  let plain: unknown
  try {
    plain = guardJson(JSON.parse(JSON.stringify(schema, replace) ?? 'null'), { maxKeys: 50_000 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw refusal(`expected \`input\` to be JSON Schema as plain data, got: ${reason}`, error)
  }
  if (!isSchemaObject(plain)) {
    throw refusal(
      'expected `input` to be a schema of zod or another library, or a JSON Schema object',
    )
  }
  if (Object.keys(plain).every((key) => key === '$schema')) throw refusal(LOST)
  return plain
}

const LOST =
  'the schema lost its properties: it came out as `{}`. Give a zod 4 schema itself as `input` ' +
  '(zod-to-json-schema reads zod 3 only), and `z.object({})` for a tool without parameters'

const ZOD3 = 'this is a zod 3 schema: wrap it as `zod3(schema)` from `@drover/core/zod3`'

function missingConverter(schema: StandardSchema, vendor: string): string {
  if (own(schema, '_zod') !== undefined) {
    return 'zod/mini schemas carry no JSON Schema: wrap it as `zodMini(schema)` from `@drover/core/zod-mini`'
  }
  if (vendor === 'zod') return ZOD3
  return (
    `this ${vendor} schema carries no JSON Schema: use a version of ${vendor} that implements Standard JSON Schema, ` +
    'or give raw JSON Schema'
  )
}

/** zod 3 before 3.24 is no Standard Schema yet. */
function wrongDoor(schema: JsonSchema): string | undefined {
  return isSchemaObject(schema['_def']) && schema['_zod'] === undefined ? ZOD3 : undefined
}

function attempt(convert: () => unknown): unknown {
  try {
    return convert()
  } catch (error) {
    if (DroverError.is(error)) throw error
    return undefined
  }
}

/** What zod's converter hands to its `override`, as far as it is read here. */
interface ZodConversion {
  readonly zodSchema: object
  readonly jsonSchema: Record<string, unknown>
  readonly path: readonly PropertyKey[]
}

/** Writes what zod itself leaves as `{}`. zod calls it for each part, inner ones first. */
function overrideZod({ zodSchema, jsonSchema, path }: ZodConversion): void {
  const def = own(own(zodSchema, '_zod'), 'def')
  const [type, values, format, defaultValue] = ['type', 'values', 'format', 'defaultValue'].map(
    (key) => own(def, key),
  )
  if (type === 'literal') {
    if (Array.isArray(values) && values.some((value) => !isJsonLiteral(value))) {
      represent('literal', [], path)
    }
    return
  }
  Object.assign(jsonSchema, represent(String(type), boundsOf(def), path))
  if (typeof defaultValue === 'bigint') {
    jsonSchema['default'] = Number.isSafeInteger(Number(defaultValue))
      ? Number(defaultValue)
      : String(defaultValue)
  }
  // zod leaves out formats that JSON Schema defines more narrowly; the pattern alone tells a model little.
  if (
    type === 'string' &&
    (format === 'time' || format === 'datetime') &&
    !('format' in jsonSchema)
  ) {
    jsonSchema['x-drover'] = { note: `format: ${format}` }
  }
}

function isJsonLiteral(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function boundsOf(definition: unknown): readonly Bound[] {
  const checks = own(definition, 'checks')
  if (!Array.isArray(checks)) return []
  return checks.flatMap((check: unknown) => {
    const def = own(own(check, '_zod'), 'def')
    const kind = { greater_than: 'min', less_than: 'max' }[String(own(def, 'check'))]
    if (kind !== 'min' && kind !== 'max') return []
    return [{ kind, value: own(def, 'value'), isInclusive: own(def, 'inclusive') === true }]
  })
}

// Formats that say as much as the long pattern their library puts beside them.
const FORMATS = new Set(
  'date date-time time duration email uri uuid ipv4 ipv6 cidrv4 cidrv6 base64 base64url'.split(' '),
)

/** Leaves out what says nothing to a model: the bounds of all safe integers, the expressions behind known formats. */
function simplify(key: string, value: unknown): unknown {
  if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) return undefined
  if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return undefined
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (!isSchemaObject(value) || !FORMATS.has(String(value['format']))) return value
  const { pattern, allOf, ...rest } = value
  const parts = Array.isArray(allOf) ? allOf.filter((part) => !isLong(own(part, 'pattern'))) : []
  return {
    ...rest,
    ...(pattern !== undefined && !isLong(pattern) && { pattern }),
    ...(parts.length > 0 && { allOf: parts }),
  }
}

function isLong(pattern: unknown): boolean {
  return typeof pattern === 'string' && pattern.length > 60
}

function refusal(message: string, cause?: unknown): DroverError {
  return new DroverError('config.tool', message, cause === undefined ? undefined : { cause })
}
