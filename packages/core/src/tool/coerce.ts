import { childPath } from '../json-schema-issue.ts'
import { isSchemaObject, resolveRef } from '../json-schema-ref.ts'
import { validateJson } from '../json-schema-validate.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { JsonValue } from '../message.ts'
import { foldName } from '../nearest.ts'
import { INPUT_KEYS } from './call-keys.ts'
import { type JsonObject, type Mending, mendObject, strayKeys } from './coerce-object.ts'
import { readings } from './coerce-value.ts'
import { isMixed } from './mixed.ts'
import { type Mended, type Repair, andThen, leastRepaired, untouched } from './repair.ts'

/** What is known besides the schema. */
export interface RepairOptions {
  /** An input that lies under this name is taken out of it. */
  readonly toolName?: string
}

/** An input and how it came to be. */
export interface RepairOutcome {
  /** The very value that was given where nothing was repaired. Not yet validated. */
  readonly input: JsonValue
  readonly repairs: readonly Repair[]
}

// A schema whose alternatives refer back to themselves can ask for exponential work; a real input needs far less.
const MAX_STEPS = 30_000
const MAX_DEPTH = 200

/**
 * Makes the input of a call fit the tool's parameters where that is possible without loss, guided by the schema alone.
 * What fits already is not changed, with one exception: where the schema would ignore a key that is plainly one of its
 * own, in another spelling or at another level, the key is put right. What cannot be repaired stays as it is, for
 * validation to tell. The given value is not changed. Never throws.
 */
export function repairInput(
  input: JsonValue,
  parameters: JsonSchema,
  options: RepairOptions = {},
): RepairOutcome {
  const work = { steps: MAX_STEPS, depth: 0 }
  const mend = createMend(parameters, work)
  const { value, repairs, fits } =
    unwrap(mend, parameters, input, options.toolName) ?? mend(parameters, input, '')
  const isWorse = (): boolean => !fits && validateJson(parameters, input).length === 0
  const isLeft = repairs.length === 0 || work.steps < 0 || isWorse()
  return isLeft ? { input, repairs: [] } : { input: value, repairs }
}

/** Mends values by the schemas of `root`. */
function createMend(root: JsonSchema, work: { steps: number; depth: number }): Mending['mend'] {
  const fitsAlone: Mending['fitsAlone'] = (node, value) =>
    validateJson(withoutParts(node), value, root).length === 0

  const mend: Mending['mend'] = (node, value, path) => {
    if (!isSchemaObject(node)) return untouched(value, node !== false)
    if (isMixed(node)) return untouched(value, value !== null || node['nullable'] === true)
    if (--work.steps < 0 || work.depth > MAX_DEPTH) return untouched(value, false)
    work.depth++
    let mended = mendAlone(node, value, path)
    const ref = node['$ref']
    if (typeof ref === 'string') {
      mended = andThen(mended, (next) => mend(resolveRef(root, ref) ?? false, next, path))
    }
    for (const part of asList(node['allOf'])) {
      mended = andThen(mended, (next) => mend(part, next, path))
    }
    for (const members of [asList(node['anyOf']), asList(node['oneOf'])]) {
      if (members.length === 0) continue
      mended = andThen(mended, (next) => {
        const candidates = members.map((member) => mend(member, next, path))
        return leastRepaired(candidates) ?? untouched(next, false)
      })
    }
    work.depth--
    return mended
  }

  /** By the node's own keywords. */
  const mendAlone = (node: JsonSchema, value: JsonValue, path: string): Mended => {
    const direct = mendParts(node, value, path)
    if (direct.fits) return direct
    let best = direct
    for (const [kind, after] of readings(node, value)) {
      // A text may hold a list of one, a list of one may hold a text: read on. Every such step takes a layer off.
      const hasLayers = kind === 'json' || kind === 'single'
      const inner = hasLayers ? mendAlone(node, after, path) : mendParts(node, after, path)
      const mended = { ...inner, repairs: [{ path, kind, before: value, after }, ...inner.repairs] }
      if (mended.fits) return mended
      // Told of what is wrong inside, a model can repair it; told that a text is no object, it cannot.
      if (kind === 'json' && best === direct) best = mended
    }
    return best
  }

  const mendParts = (node: JsonSchema, value: JsonValue, path: string): Mended => {
    if (isObject(value)) return mendObject({ mend, fitsAlone }, node, value, path)
    if (!isList(value)) return untouched(value, fitsAlone(node, value))
    // Positions stand in `items` in draft-07 and in `prefixItems` in 2020-12.
    const positions = Array.isArray(node.items) ? node.items : asList(node['prefixItems'])
    const rest = Array.isArray(node.items) ? node['additionalItems'] : node.items
    const items = value.map((item, index) =>
      mend(index < positions.length ? positions[index] : rest, item, childPath(path, index)),
    )
    const repairs = items.flatMap((item) => item.repairs)
    const list = repairs.length === 0 ? value : items.map((item) => item.value)
    return { value: list, repairs, fits: items.every(({ fits }) => fits) && fitsAlone(node, list) }
  }
  return mend
}

// Under these a model puts the whole input when it takes the description of a call for the input of one.
const WRAPPERS = new Set([...INPUT_KEYS, 'inputs', 'properties'].map(foldName))

/** The input taken out of `{ "parameters": { … } }` and its likes, where it then fits and no parameter has that name. */
function unwrap(
  mend: Mending['mend'],
  parameters: JsonSchema,
  input: JsonValue,
  toolName: string | undefined,
): Mended | undefined {
  if (!isObject(input)) return undefined
  const keys = Object.keys(input)
  const own = toolName === undefined ? undefined : foldName(toolName)
  const isWrapper = (key: string): boolean => WRAPPERS.has(foldName(key)) || foldName(key) === own
  // What may stand beside it: `"name": "get_weather"`, `"type": "function"`, `"type": "object"`.
  const isLabel = (value: JsonValue | undefined): boolean =>
    typeof value === 'string' && (/^(?:function|object)$/.test(value) || foldName(value) === own)
  const [wrapper, ...others] = keys.filter((key) => !isLabel(input[key]))
  const isUnknown = strayKeys(parameters, input).length === keys.length
  if (wrapper === undefined || others.length > 0 || !isUnknown || !isWrapper(wrapper))
    return undefined
  const after = input[wrapper] ?? null
  const inner = mend(parameters, after, '')
  if (!inner.fits || !isObject(inner.value)) return undefined
  const innerKeys = Object.keys(inner.value)
  const knownKeys = innerKeys.length - strayKeys(parameters, inner.value).length
  if (knownKeys === 0 && innerKeys.length > 0) return undefined
  const repair = { path: '', kind: 'unwrap', before: input, after } as const
  return { ...inner, repairs: [repair, ...inner.repairs] }
}

const PARTS = new Set(
  'properties patternProperties additionalProperties items prefixItems additionalItems allOf anyOf oneOf $ref'.split(
    ' ',
  ),
)
const alone = new WeakMap<JsonSchema, JsonSchema>()

/** A node without what it says of its parts; made once. */
function withoutParts(node: JsonSchema): JsonSchema {
  let made = alone.get(node)
  if (made === undefined) {
    made = Object.fromEntries(Object.entries(node).filter(([key]) => !PARTS.has(key)))
    alone.set(node, made)
  }
  return made
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
