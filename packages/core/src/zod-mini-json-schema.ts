import {
  type $ZodCatchDef,
  type $ZodChecks,
  type $ZodType,
  type $ZodTypes,
  globalRegistry,
} from 'zod/v4/core'
import { defined } from './defined.ts'
import type { JsonSchema } from './json-schema.ts'

/** Called with each part as it was written, inner ones first; it may write more into it. */
export type Override = (part: {
  readonly zodSchema: object
  readonly jsonSchema: Record<string, unknown>
  readonly path: readonly PropertyKey[]
}) => void

type Path = readonly PropertyKey[]
type Draft = Record<string, unknown>

/**
 * The JSON Schema of what a zod schema takes. zod's own converter does the same and more, and weighs half as much as all
 * of zod/mini does otherwise; a test holds the two against each other.
 */
export function toJsonSchema(root: $ZodType, override: Override): JsonSchema {
  const open = new Map<$ZodType, { name?: string }>()
  const $defs: Draft = {}

  const convert = (schema: $ZodType, path: Path): Draft => {
    const outer = open.get(schema)
    if (outer !== undefined) {
      // A schema inside itself: written once, and pointed to.
      if (schema === root) return { $ref: '#' }
      outer.name ??= `schema${Object.keys($defs).length + open.size}`
      return { $ref: `#/$defs/${outer.name}` }
    }
    const place: { name?: string } = {}
    open.set(schema, place)
    const jsonSchema = { ...write(schema, path, convert), ...globalRegistry.get(schema) }
    open.delete(schema)
    override({ zodSchema: schema, jsonSchema, path })
    if (place.name === undefined) return jsonSchema
    $defs[place.name] = jsonSchema
    return { $ref: `#/$defs/${place.name}` }
  }

  const whole = convert(root, [])
  return Object.keys($defs).length === 0 ? whole : { ...whole, $defs }
}

type Convert = (schema: $ZodType, path: Path) => Draft

function write(schema: $ZodType, path: Path, convert: Convert): Draft {
  // `$ZodTypes` is the union of all of zod's own schemas, told apart by `def.type`.
  const { def } = (schema as $ZodTypes)._zod
  const inner = (part: $ZodType, ...at: PropertyKey[]): Draft => convert(part, [...path, ...at])
  const { minimum, maximum } = limitsOf(schema)
  switch (def.type) {
    case 'string':
      return { type: 'string', ...stringKeywords(schema) }
    case 'number':
      return numberKeywords(schema)
    case 'boolean':
    case 'success':
      return { type: 'boolean' }
    case 'null':
      return { type: 'null' }
    case 'never':
      return { not: {} }
    case 'literal':
      return fromValues(def.values)
    case 'enum': {
      // A TypeScript enum of numbers lists its names as well.
      const numbers = Object.values(def.entries).filter((value) => typeof value === 'number')
      const names = Object.entries(def.entries).filter(([key]) => !numbers.includes(Number(key)))
      return fromValues(names.map(([, value]) => value))
    }
    case 'template_literal':
      return { type: 'string', pattern: schema._zod.pattern?.source }
    case 'array': {
      const items = inner(def.element, 'items')
      return { type: 'array', items, ...defined({ minItems: minimum, maxItems: maximum }) }
    }
    case 'tuple': {
      const required = def.items.findLastIndex((item) => !isOptional(item)) + 1
      const rest = def.rest === null ? false : inner(def.rest, 'items')
      const most = rest === false ? def.items.length : undefined
      return {
        type: 'array',
        prefixItems: def.items.map((item, index) => inner(item, 'prefixItems', index)),
        items: rest,
        ...defined({ minItems: minimum ?? required, maxItems: maximum ?? most }),
      }
    }
    case 'object': {
      const shape = Object.entries<$ZodType>(def.shape)
      const { catchall } = def
      return {
        type: 'object',
        properties: Object.fromEntries(
          shape.map(([name, part]) => [name, inner(part, 'properties', name)]),
        ),
        required: shape.filter(([, part]) => !isOptional(part)).map(([name]) => name),
        ...(catchall && {
          additionalProperties:
            catchall._zod.def.type === 'never' ? false : inner(catchall, 'additionalProperties'),
        }),
      }
    }
    case 'record': {
      const names = def.keyType._zod.values
      const isPartial = 'partial' in def || isOptional(def.valueType)
      return {
        type: 'object',
        propertyNames: asNames(inner(def.keyType, 'propertyNames')),
        additionalProperties: inner(def.valueType, 'additionalProperties'),
        ...(names && !isPartial && { required: [...names].map(String) }),
      }
    }
    case 'union':
      return { anyOf: def.options.map((option, index) => inner(option, 'anyOf', index)) }
    case 'intersection':
      return { allOf: [inner(def.left, 'allOf', 0), inner(def.right, 'allOf', 1)] }
    case 'nullable':
      return { anyOf: [inner(def.innerType), { type: 'null' }] }
    case 'default':
    case 'prefault':
      return { ...inner(def.innerType), default: def.defaultValue }
    case 'optional':
    case 'nonoptional':
    case 'readonly':
      return inner(def.innerType)
    case 'catch':
      return { ...inner(def.innerType), ...caught(def) }
    case 'lazy':
      return inner(def.getter())
    case 'pipe':
      // What a transform before it takes, nobody knows: the schema behind it says what is meant.
      return inner(def.in._zod.def.type === 'transform' ? def.out : def.in)
    default:
      // Anything: `any`, `unknown`, a transform; dates, bigints and what JSON cannot hold are the override's.
      return {}
  }
}

/** What a schema's checks amount to. */
interface Limits {
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  format?: string
  contentEncoding?: string
  isLax?: boolean
  readonly patterns: string[]
}

function limitsOf(schema: $ZodType): Limits {
  const limits: Limits = { patterns: [] }
  const atLeast = (key: 'minimum' | 'exclusiveMinimum', value: number): void => {
    limits[key] = Math.max(limits[key] ?? -Infinity, value)
  }
  const atMost = (key: 'maximum' | 'exclusiveMaximum', value: number): void => {
    limits[key] = Math.min(limits[key] ?? Infinity, value)
  }
  const { def, traits } = schema._zod
  // A format such as `z.email()` is its own first check.
  const first: readonly object[] = traits.has('$ZodCheck') ? [schema] : []
  for (const check of [...first, ...(def.checks ?? [])]) {
    // `$ZodChecks` is the union of all of zod's own checks, told apart by `def.check`.
    const rule = (check as $ZodChecks)._zod.def
    switch (rule.check) {
      case 'greater_than':
        atLeast(rule.inclusive ? 'minimum' : 'exclusiveMinimum', Number(rule.value))
        break
      case 'less_than':
        atMost(rule.inclusive ? 'maximum' : 'exclusiveMaximum', Number(rule.value))
        break
      case 'min_length':
        atLeast('minimum', rule.minimum)
        break
      case 'max_length':
        atMost('maximum', rule.maximum)
        break
      case 'length_equals':
        atLeast('minimum', rule.length)
        atMost('maximum', rule.length)
        break
      case 'multiple_of':
        limits.multipleOf = Number(rule.value)
        break
      case 'number_format':
        limits.format = rule.format
        break
      case 'string_format': {
        const { format, pattern } = rule
        limits.format = format
        // Of an encoding, zod's pattern is only the first half of the check; its name says all of it.
        if (format.startsWith('base64')) limits.contentEncoding = format
        else if (pattern !== undefined) limits.patterns.push(pattern.source)
        limits.isLax ||=
          Reflect.get(rule, 'local') === true || Reflect.get(rule, 'precision') === -1
      }
    }
  }
  return limits
}

const FORMATS: ReadonlyMap<string, string | undefined> = new Map([
  ['guid', 'uuid'],
  ['url', 'uri'],
  ['datetime', 'date-time'],
  ['json_string', 'json-string'],
  ['regex', undefined],
  // zod's times have no zone, which JSON Schema's must have.
  ['time', undefined],
])

function stringKeywords(schema: $ZodType): Draft {
  const { minimum, maximum, format = '', isLax, patterns, contentEncoding } = limitsOf(schema)
  const [first, ...others] = new Set(patterns)
  return defined({
    minLength: minimum,
    maxLength: maximum,
    // A date-time without seconds or zone is none in JSON Schema's sense.
    format: isLax ? undefined : FORMATS.has(format) ? FORMATS.get(format) : format || undefined,
    contentEncoding,
    ...(others.length > 0
      ? { allOf: [first, ...others].map((pattern) => ({ pattern })) }
      : { pattern: first }),
  })
}

function numberKeywords(schema: $ZodType): Draft {
  const { format = '', multipleOf, ...limits } = limitsOf(schema)
  const { minimum = -Infinity, maximum = Infinity } = limits
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = limits
  // Of a bound with and one without its end the narrower one counts.
  const low = exclusiveMinimum >= minimum ? { exclusiveMinimum } : { minimum }
  const high = exclusiveMaximum <= maximum ? { exclusiveMaximum } : { maximum }
  const bounds = Object.entries({ ...low, ...high }).filter(([, limit]) => Number.isFinite(limit))
  return {
    type: format.includes('int') ? 'integer' : 'number',
    ...Object.fromEntries(bounds),
    ...defined({ multipleOf }),
  }
}

/** An enum of values, with their type where they have one. */
function fromValues(values: readonly unknown[]): Draft {
  const [type, ...others] = new Set(values.map((value) => (value === null ? 'null' : typeof value)))
  return {
    ...(type !== undefined && others.length === 0 && { type }),
    ...(values.length === 0 ? { not: {} } : { enum: [...values] }),
  }
}

/** The value that stands in for a bad input, where it needs no input to be made. */
function caught({ catchValue }: $ZodCatchDef): Draft {
  try {
    // zod's own converter asks like this too: a value that depends on the input throws, or is left out.
    return defined({ default: catchValue(undefined as never) })
  } catch {
    return {}
  }
}

/** A name is text, also where the schema of the names speaks of numbers. */
function asNames(names: Draft): Draft {
  return names['type'] === 'number' || names['type'] === 'integer' ? { type: 'string' } : names
}

/** Whether a key may be left out: the schema that carries it, behind transforms and `catch`, says so. */
function isOptional(schema: $ZodType): boolean {
  const { def, optin } = (schema as $ZodTypes)._zod // as in `write`
  if (def.type === 'catch') return isOptional(def.innerType)
  if (def.type === 'pipe' && def.in._zod.def.type === 'transform') return isOptional(def.out)
  return optin !== undefined
}
