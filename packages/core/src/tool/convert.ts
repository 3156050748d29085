import { DroverError } from '../errors.ts'
import { jsonType } from '../json-schema-issue.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { guardJson, own } from '../json.ts'
import { messageOf, refusal, unlike } from './refusal.ts'
import { type Bounds, isJsonLiteral, represent } from './representable.ts'
import type { StandardSchema } from './standard-schema.ts'

/**
 * The JSON Schema of a Standard Schema's input, with dates and bigints written as JSON can.
 * @throws DroverError `config.tool` when it has none, naming the way to get one, or has parts that JSON has no value for.
 */
export function convertSchema(schema: StandardSchema): JsonSchema {
  const { vendor, jsonSchema } = schema['~standard']
  if (jsonSchema === undefined) throw undescribed(vendor, own(schema, '_zod') !== undefined)
  const options = vendor === 'zod' && { libraryOptions: { unrepresentable: 'any', override } }
  const made = attempt(`a schema that ${vendor} can write as JSON Schema`, () =>
    jsonSchema.input({ target: 'draft-2020-12', ...options }),
  )
  return plainSchema(made)
}

/**
 * A JSON Schema as plain data of its own, whatever it was made of.
 * @throws DroverError `config.tool` when it is no object, is not plain JSON, or came out empty.
 */
export function plainSchema(schema: unknown): JsonSchema {
  // zod 3 before 3.24 is no Standard Schema yet.
  if (own(schema, '_def') !== undefined && own(schema, '_zod') === undefined) {
    throw undescribed('zod', false)
  }
  const plain = attempt('JSON Schema as plain data', () =>
    guardJson(JSON.parse(JSON.stringify(schema, simplify) ?? 'null'), { maxKeys: 50_000 }),
  )
  if (!isSchemaObject(plain)) {
    throw unlike(
      '`input`',
      'a schema of zod or another library, or a JSON Schema object',
      jsonType(schema),
    )
  }
  if (Object.keys(plain).every((key) => key === '$schema')) {
    throw refusal(
      'the schema lost its properties (zod-to-json-schema reads zod 3 only): give a zod 4 schema itself, ' +
        '`z.object({})` for a tool without parameters',
    )
  }
  return plain
}

function undescribed(vendor: string, isMini: boolean): DroverError {
  const wrap = isMini
    ? 'zodMini(schema)` from `@drover/core/zod-mini'
    : 'zod3(schema)` from `@drover/core/zod3'
  const way =
    vendor === 'zod'
      ? `wrap it as \`${wrap}\``
      : `use a version of ${vendor} that implements Standard JSON Schema, or give raw JSON Schema`
  return refusal(`this ${vendor} schema carries no JSON Schema: ${way}`)
}

function attempt<Made>(wanted: string, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (DroverError.is(error) && error.code === 'config.tool') throw error
    throw unlike('`input`', wanted, messageOf(error), error)
  }
}

/** What zod's converter hands to its `override`, as far as it is read here. */
interface ZodConversion {
  readonly zodSchema: { readonly _zod: { readonly def: ZodDefinition } }
  readonly jsonSchema: Record<string, unknown>
  readonly path: readonly PropertyKey[]
}

interface ZodDefinition {
  readonly type: string
  readonly values?: readonly unknown[]
  readonly format?: string
  readonly defaultValue?: unknown
  readonly checks?: readonly { readonly _zod: { readonly def: ZodCheck } }[]
}

interface ZodCheck {
  readonly check: string
  readonly value?: unknown
  readonly inclusive?: boolean
}

/** Writes what zod itself leaves as `{}`. zod calls it for each part, inner ones first. */
function override({ zodSchema, jsonSchema, path }: ZodConversion): void {
  const {
    _zod: { def },
  } = zodSchema
  const { type, values, format, defaultValue, checks = [] } = def
  if (type !== 'literal' || values?.every(isJsonLiteral) !== true) {
    Object.assign(jsonSchema, represent(type, boundsOf(checks), path))
  }
  if (typeof defaultValue === 'bigint') jsonSchema['default'] = Number(defaultValue)
  // zod leaves out formats that JSON Schema defines more narrowly; the pattern alone tells a model little.
  if (/^(date)?time$/.test(format ?? '') && jsonSchema['format'] === undefined) {
    jsonSchema['x-note'] = `format: ${format}`
  }
}

const ENDS = new Map([
  ['greater_than', 'inimum'],
  ['less_than', 'aximum'],
])

function boundsOf(checks: NonNullable<ZodDefinition['checks']>): Bounds {
  const bounds: Record<string, string | number> = {}
  for (const {
    _zod: {
      def: { check, value, inclusive = false },
    },
  } of checks) {
    const end = ENDS.get(check)
    if (end === undefined) continue
    bounds[`${inclusive ? 'm' : 'exclusiveM'}${end}`] =
      value instanceof Date ? value.toISOString() : Number(value)
  }
  return bounds
}

/** Leaves out what says nothing to a model: the bounds of all safe integers. */
function simplify(key: string, value: unknown): unknown {
  const isEnd = key.endsWith('imum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER
  return isEnd ? undefined : value
}
