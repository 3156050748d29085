import { listedSchemas } from '../json-schema-child.ts'
import { childPath } from '../json-schema-issue.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { own } from '../json.ts'
import type { JsonValue } from '../message.ts'
import { isBlank } from './coerce-value.ts'
import { isSlip, matchName } from './match-name.ts'
import { type Mended, type Repair, andThen, untouched } from './repair.ts'

export type JsonObject = { readonly [key: string]: JsonValue }

/** What mending an object needs of the whole. */
export interface Mending {
  /** Mends a value by its schema; what is no schema asks for nothing. */
  readonly mend: (schema: unknown, value: JsonValue, path: string) => Mended
  /** Whether a value fits what the node says of it alone, not of its parts. */
  readonly fitsAlone: (node: JsonSchema, value: JsonValue) => boolean
}

// Names are compared with names: more unknown ones than this are no slips.
const MAX_STRAYS = 32

/**
 * Mends the properties of an object, then its shape: near-miss names, properties of an inner object that lie one level
 * too high, properties that the schema refuses.
 */
export function mendObject(
  mending: Mending,
  node: JsonSchema,
  value: JsonObject,
  path: string,
): Mended {
  const strays = strayKeys(node, value)
  const nested = strays.length > 0 ? nest(node, value, strays) : undefined
  if (nested !== undefined) {
    const mended = mendObject(mending, node, nested, path)
    const repair = { path, kind: 'nest', before: value, after: nested } as const
    if (mended.fits) return { ...mended, repairs: [repair, ...mended.repairs] }
  }

  const newNames = renames(node, value, strays)
  const entries: (readonly [string, JsonValue])[] = []
  const unknown: string[] = []
  const repairs: Repair[] = []
  let fits = true
  for (const [key, part] of Object.entries(value)) {
    const name = newNames.get(key) ?? key
    const at = childPath(path, name)
    const mended = schemasOf(node, name).reduce<Mended>(
      (sofar, schema) => andThen(sofar, (next) => mending.mend(schema, next, at)),
      untouched(part, true),
    )
    if (name !== key && mended.fits) {
      repairs.push({ path: childPath(path, key), kind: 'rename', before: key, after: name })
    } else if (strays.includes(key)) {
      unknown.push(key)
      entries.push([key, part])
      continue
    }
    if (!mended.fits && isBlank(part) && isOptional(node, key)) {
      repairs.push({ path: at, kind: 'omit', before: part })
      continue
    }
    fits &&= mended.fits
    repairs.push(...mended.repairs)
    entries.push([name, mended.value])
  }

  if (node['additionalProperties'] === false && unknown.length > 0) {
    const known = Object.fromEntries(entries.filter(([key]) => !unknown.includes(key)))
    if (fits && mending.fitsAlone(node, known)) {
      const extras = unknown.map(
        (key) =>
          ({ path: childPath(path, key), kind: 'extra', before: value[key] ?? null }) as const,
      )
      return { value: known, repairs: [...repairs, ...extras], fits: true }
    }
    fits = false
  }
  const mended = repairs.length === 0 ? value : Object.fromEntries(entries)
  return { value: mended, repairs, fits: fits && mending.fitsAlone(node, mended) }
}

/** The keys that no part of the schema says anything of, where it lists the ones it knows; none where they are too many. */
export function strayKeys(node: JsonSchema, value: JsonObject): readonly string[] {
  const isOpen =
    node['additionalProperties'] !== undefined && node['additionalProperties'] !== false
  if (node.properties === undefined || isOpen) return []
  const strays = Object.keys(value).filter((key) => !mayKnow(node, key))
  return strays.length > MAX_STRAYS ? [] : strays
}

function mayKnow(node: unknown, key: string): boolean {
  if (!isSchemaObject(node)) return false
  const parts = [node['allOf'], node['anyOf'], node['oneOf'], node['then'], node['else']].flat()
  return (
    typeof node['$ref'] === 'string' ||
    listedSchemas(node, key).length > 0 ||
    parts.some((part) => mayKnow(part, key))
  )
}

/** The schemas that hold for the property of a name. */
function schemasOf(node: JsonSchema, name: string): readonly unknown[] {
  const listed = listedSchemas(node, name)
  return listed.length > 0 ? listed : [node['additionalProperties'] ?? true]
}

/**
 * The names that unknown keys have in the schema. Another spelling counts always; a slip only where the name is missed or
 * the key would be refused. Never two keys for one name, nor one key for two.
 */
function renames(
  node: JsonSchema,
  value: JsonObject,
  strays: readonly string[],
): ReadonlyMap<string, string> {
  const absent = Object.keys(node.properties ?? {}).filter((name) => !Object.hasOwn(value, name))
  const missed =
    node['additionalProperties'] === false
      ? absent
      : absent.filter((name) => node.required?.includes(name))
  const found = new Map<string, string>()
  for (const key of strays) {
    const slips = missed.filter((name) => isSlip(key, name))
    const name = matchName(key, absent) ?? (slips.length === 1 ? slips[0] : undefined)
    if (name !== undefined) found.set(key, name)
  }
  const targets = [...found.values()]
  return new Map(
    [...found].filter(([, name]) => targets.indexOf(name) === targets.lastIndexOf(name)),
  )
}

/** The object with every stray key moved into the one absent inner object that declares it; undefined unless all have one. */
function nest(
  node: JsonSchema,
  value: JsonObject,
  strays: readonly string[],
): JsonObject | undefined {
  const inner = Object.entries(node.properties ?? {}).filter(
    ([name]) => !Object.hasOwn(value, name),
  )
  const moved = new Map<string, Record<string, JsonValue>>()
  for (const key of strays) {
    const [home, ...others] = inner.filter(([, schema]) => own(own(schema, 'properties'), key))
    if (home === undefined || others.length > 0) return undefined
    const group = moved.get(home[0]) ?? {}
    group[key] = value[key] ?? null
    moved.set(home[0], group)
  }
  const kept = Object.entries(value).filter(([key]) => !strays.includes(key))
  return Object.fromEntries([...kept, ...moved])
}

function isOptional(node: JsonSchema, name: string): boolean {
  return own(node.properties, name) !== undefined && node.required?.includes(name) !== true
}
