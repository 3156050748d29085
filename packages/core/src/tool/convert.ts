import { DroverError } from '../errors.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { guardJson, own } from '../json.ts'
import { refusal } from './refusal.ts'
import { type Bounds, isJsonLiteral, represent } from './representable.ts'
import type { StandardSchema } from './standard-schema.ts'

/**
 * The JSON Schema of a Standard Schema's input, with dates and bigints written as JSON can.
 * @throws DroverError `config.tool` when it has none, naming the way to get one, or has parts that JSON has no value for.
 */
export function convertSchema(schema: StandardSchema): JsonSchema {
  const { vendor, jsonSchema } = schema['~standard']
  if (jsonSchema === undefined) {
    throw refusal(
      own(schema, '_zod') !== undefined
        ? 'zod/mini schemas carry no JSON Schema: wrap it as `zodMini(schema)` from `@drover/core/zod-mini`'
        : vendor === 'zod'
          ? ZOD3
          : `this ${vendor} schema carries no JSON Schema: use a version of ${vendor} that implements Standard JSON Schema, or give raw JSON Schema`,
    )
  }
  const options = vendor === 'zod' && { libraryOptions: { unrepresentable: 'any', override } }
  return plainSchema(
    attempt(`a schema that ${vendor} can write as JSON Schema`, () =>
      jsonSchema.input({ target: 'draft-2020-12', ...options }),
    ),
  )
}

/**
 * A JSON Schema as plain data of its own, whatever it was made of.
 * @throws DroverError `config.tool` when it is no object, is not plain JSON, or came out empty.
 */
export function plainSchema(schema: unknown): JsonSchema {
  // zod 3 before 3.24 is no Standard Schema yet.
  if (own(schema, '_def') !== undefined && own(schema, '_zod') === undefined) throw refusal(ZOD3)
  const plain = attempt('`input` to be JSON Schema as plain data', () =>
    guardJson(JSON.parse(JSON.stringify(schema, simplify) ?? 'null'), { maxKeys: 50_000 }),
  )
  if (!isSchemaObject(plain)) {
    throw refusal(
      'expected `input` to be a schema of zod or another library, or a JSON Schema object',
    )
  }
  if (Object.keys(plain).every((key) => key === '$schema')) {
    throw refusal(
      'the schema lost its properties: it came out as `{}`. Give a zod 4 schema itself as `input` ' +
        '(zod-to-json-schema reads zod 3 only), and `z.object({})` for a tool without parameters',
    )
  }
  return plain
}

const ZOD3 = 'this is a zod 3 schema: wrap it as `zod3(schema)` from `@drover/core/zod3`'

function attempt<Made>(wanted: string, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (DroverError.is(error) && error.code === 'config.tool') throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw refusal(`expected ${wanted}, got: ${reason}`, error)
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
    jsonSchema['x-format'] = format
  }
}

function boundsOf(checks: readonly { readonly _zod: { readonly def: ZodCheck } }[]): Bounds {
  const bounds: Record<string, unknown> = {}
  for (const {
    _zod: {
      def: { check, value, inclusive },
    },
  } of checks) {
    const end = check === 'greater_than' ? 'inimum' : check === 'less_than' && 'aximum'
    if (end)
      bounds[inclusive ? `m${end}` : `exclusiveM${end}`] =
        typeof value === 'bigint' ? Number(value) : value
  }
  return bounds
}

/** Leaves out what says nothing to a model: the bounds of all safe integers. */
function simplify(_: string, value: unknown): unknown {
  return value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER ? undefined : value
}
