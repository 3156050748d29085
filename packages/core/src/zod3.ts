import { ignoreOverride, zodToJsonSchema } from 'zod-to-json-schema'
import { DroverError } from './errors.ts'
import type { JsonSchema } from './json-schema.ts'
import { own } from './json.ts'
import { type Bounds, isJsonLiteral, represent } from './tool/representable.ts'
import type { StandardSchema } from './tool/standard-schema.ts'
import { type ZodResult, fromZod } from './tool/zod-result.ts'

/** A zod 3 schema as far as it is read here: from `zod@3` or from `zod/v3` of a later one. */
export interface Zod3Schema {
  readonly _input: unknown
  readonly _output: unknown
  readonly _def: object
  readonly safeParseAsync: (value: unknown) => Promise<ZodResult<unknown>>
}

/**
 * Gives a zod 3 schema the JSON Schema that it lacks, through zod-to-json-schema: `tool({ input: zod3(schema) })`.
 * @throws DroverError `config.tool` for anything that is no zod 3 schema.
 * @see https://github.com/StefanTerdell/zod-to-json-schema
 */
export function zod3<Schema extends Zod3Schema>(
  schema: Schema,
): StandardSchema<Schema['_input'], Schema['_output']> {
  // zod-to-json-schema gives `{}` for a zod 4 schema, without a word.
  const isZod3 = typeof schema === 'object' && schema !== null && '_def' in schema
  if (!isZod3 || '_zod' in schema) {
    throw new DroverError(
      'config.tool',
      'Expected `zod3` to be given a zod 3 schema, got something else: give a zod 4 schema to `tool` as it is, and wrap ' +
        'one of zod/mini with `zodMini` from `@drover/core/zod-mini`.',
    )
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'zod',
      validate: async (value) => fromZod(await schema.safeParseAsync(value)),
      jsonSchema: { input: () => plain(convert(schema, ['#'])) },
    },
  }
}

type ConverterSchema = Parameters<typeof zodToJsonSchema>[0]
type ConverterOptions = Exclude<Parameters<typeof zodToJsonSchema>[1], string | undefined>
type Override = NonNullable<ConverterOptions['override']>

function convert(schema: Zod3Schema, basePath: readonly string[]): Record<string, unknown> {
  // The converter reads `_def` alone, which every zod 3 schema has.
  return zodToJsonSchema(schema as ConverterSchema, {
    basePath: [...basePath],
    effectStrategy: 'input',
    pipeStrategy: 'input',
    // zod 3 strips unknown keys, so they are allowed; `.strict()` still refuses them.
    removeAdditionalStrategy: 'strict',
    override,
    postProcess,
  })
}

/** As plain JSON: a bigint that is a default becomes a number, and references are what the standard says. */
function plain(root: object): Record<string, unknown> {
  const text = JSON.stringify(root, (key, value: unknown) => {
    if (typeof value === 'bigint') return Number(value)
    return key === '$ref' && typeof value === 'string' ? escapeRef(root, value) : value
  })
  return JSON.parse(text)
}

/** The converter leaves a `/` inside a property name as it is, which a reference then seems to part. */
function escapeRef(root: object, ref: string): string {
  let node: unknown = root
  let key = ''
  let escaped = '#'
  for (const part of ref.split('/').slice(1)) {
    key += part
    const child = own(node, key)
    if (child === undefined) key += '/'
    else {
      escaped += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      node = child
      key = ''
    }
  }
  return escaped
}

/** Writes what the converter would write in a way that inputs could not be read back from. */
const override: Override = (def, { currentPath }) => {
  const rewritten = rewrite(def, currentPath)
  if (rewritten === undefined) return ignoreOverride
  const { description } = def
  return { ...rewritten, ...(description !== undefined && { description }) }
}

const PRIMITIVES = new Set(['ZodString', 'ZodNumber', 'ZodBigInt', 'ZodBoolean', 'ZodNull'])

function rewrite(def: object, path: readonly string[]): JsonSchema | undefined {
  const kind = kindOf(def)
  const members = membersOf(def)
  if ([def, ...members.map(({ _def }) => _def)].some(isForeignLiteral)) {
    represent('literal', {}, path)
  }
  if (kind === 'ZodLiteral') return own(def, 'value') === null ? { type: 'null' } : undefined
  const kinds = members.map(({ _def }) => kindOf(_def))
  if (kinds.includes('ZodBigInt') && kinds.every((name) => PRIMITIVES.has(name))) {
    // Primitives alone would become a list of types, which has no room for how a bigint is read.
    const anyOf = members.map((member) => convert(member, path))
    return { anyOf: kind === 'ZodNullable' ? [...anyOf, { type: 'null' }] : anyOf }
  }
  return represent(kind.slice('Zod'.length).toLowerCase(), boundsOf(def), path)
}

/** Drops formats that JSON Schema defines more narrowly than zod 3: times without and datetimes with any zone. */
const postProcess: NonNullable<ConverterOptions['postProcess']> = (made, def) => {
  const format = own(made, 'format')
  const isNarrower =
    format === 'time' ||
    (format === 'date-time' && checksOf(def).some((check) => own(check, 'local') === true))
  if (!isNarrower || made === undefined) return made
  const { format: _, ...rest } = made as Record<string, unknown> // a schema object: it has a format
  // The same schema without one keyword, and with our own.
  return { ...rest, 'x-note': `format: ${format}` } as ReturnType<typeof postProcess>
}

function kindOf(def: object): string {
  return String(own(def, 'typeName'))
}

function membersOf(def: object): readonly Zod3Schema[] {
  const kind = kindOf(def)
  // zod 3 keeps schemas in both places.
  if (kind === 'ZodUnion') return own(def, 'options') as readonly Zod3Schema[]
  return kind === 'ZodNullable' ? [own(def, 'innerType') as Zod3Schema] : []
}

function isForeignLiteral(def: object): boolean {
  return kindOf(def) === 'ZodLiteral' && !isJsonLiteral(own(def, 'value'))
}

function checksOf(def: object): readonly unknown[] {
  const checks = own(def, 'checks')
  return Array.isArray(checks) ? checks : []
}

function boundsOf(def: object): Bounds {
  const bounds: Record<string, string | number> = {}
  for (const check of checksOf(def)) {
    const kind = own(check, 'kind')
    if (kind !== 'min' && kind !== 'max') continue
    const limit = Number(own(check, 'value'))
    const keyword =
      own(check, 'inclusive') === false ? `exclusiveM${kind.slice(1)}imum` : `${kind}imum`
    bounds[keyword] = kindOf(def) === 'ZodDate' ? new Date(limit).toISOString() : limit
  }
  return bounds
}
