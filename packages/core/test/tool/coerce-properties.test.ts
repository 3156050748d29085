import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { validateJson } from '../../src/json-schema-validate.ts'
import type { JsonSchema } from '../../src/json-schema.ts'
import { own } from '../../src/json.ts'
import type { JsonValue } from '../../src/message.ts'
import { repairInput } from '../../src/tool/coerce.ts'
import { findRefusal } from '../../src/tool/refuse.ts'
import type { Repair } from '../../src/tool/repair.ts'
import { parameters, sample, vagueSchema } from './coerce-schemas.ts'

const RUNS = 10_000
// On a busy machine.
const SLOW = { timeout: 60_000 }
const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue> // JSON by name

test('gives every value that fits back as it is', SLOW, () => {
  fc.assert(
    fc.property(sample, ({ schema, value }) => {
      const outcome = repairInput(value, schema, { toolName: 'a_tool' })
      expect(outcome.repairs).toEqual([])
      expect(outcome.input).toBe(value)
    }),
    { numRuns: RUNS },
  )
})

test('turns what models make of a value back into exactly that value', SLOW, () => {
  fc.assert(
    fc.property(sample, fc.infiniteStream(fc.nat(5)), ({ schema, value }, choices) => {
      const noisy = addNoise(schema, value, () => choices.next().value)
      const { input } = repairInput(noisy, schema)
      expect(input).toEqual(value)
      expect(validateJson(schema, input)).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

const anySchema = fc.oneof(parameters, vagueSchema)
/** JSON that has nothing to do with the schema, or fits it but for one part. */
const anyCase = fc.oneof(
  fc.tuple(anySchema, anyJson),
  fc
    .tuple(sample, anyJson, fc.nat())
    .map(([{ schema, value }, part, place]) => [schema, replacePart(value, part, place)] as const),
)

test(
  'says exactly what it did, whatever comes: its repairs made in order give its input',
  SLOW,
  () => {
    fc.assert(
      fc.property(anyCase, ([schema, value]) => {
        const before = JSON.stringify(value)
        const { input, repairs } = repairInput(value, schema, { toolName: 'a_tool' })
        expect(JSON.stringify(value)).toBe(before)
        expect(replay(value, repairs)).toEqual(input)
        expect(repairs.length > 0 || input === value).toBe(true)
      }),
      { numRuns: RUNS },
    )
  },
)

test('has nothing left to do after the first time', SLOW, () => {
  fc.assert(
    fc.property(anyCase, ([schema, value]) => {
      const { input } = repairInput(value, schema)
      expect(repairInput(input, schema)).toEqual({ input, repairs: [] })
    }),
    { numRuns: RUNS },
  )
})

test('never makes a value fit less than before', SLOW, () => {
  fc.assert(
    fc.property(anyCase, ([schema, value]) => {
      const { input } = repairInput(value, schema)
      const [before, after] = [validateJson(schema, value), validateJson(schema, input)]
      expect(before.length > 0 || after.length === 0).toBe(true)
    }),
    { numRuns: RUNS },
  )
})

test('refuses nothing that is made at random of letters, numbers and lists', SLOW, () => {
  fc.assert(
    fc.property(sample, ({ schema, value }) => {
      const text = JSON.stringify(value)
      fc.pre(!/[<>{}[\]]/.test(text.replaceAll(/^\{|\}$|"[a-z_]+":|[[\]{}](?=[,\]}]|$)|[[{]/g, '')))
      expect(findRefusal(value, schema, ['list_tags'])).toBeUndefined()
    }),
    { numRuns: 1_000 },
  )
})

/** Writes a value as models do: everything here has one way back. `pick` gives 0 to 5. */
function addNoise(schema: unknown, value: JsonValue, pick: () => number): JsonValue {
  const { properties, required = [], items, ...rest } = schema as JsonSchema // of our own making
  const choice = pick()
  if (typeof value === 'number') {
    const text = String(value)
    return choice < 3 || text.includes('e') ? value : choice === 3 ? ` ${text}` : text
  }
  if (typeof value === 'boolean') {
    return (
      [value, value, value, String(value), value ? 'True' : 'False', `${value}\n`][choice] ?? value
    )
  }
  if (typeof value === 'string') {
    if (rest.enum !== undefined) return [value, value.toUpperCase(), `${value} `][choice] ?? value
    if (rest['format'] === 'date') {
      return [value, `${value}T00:00:00Z`, value.replaceAll('-', '/'), [value]][choice] ?? value
    }
    const isCount = /^(?:0|-?[1-9]\d{0,14})$/.test(value)
    return choice === 0 && isCount ? Number(value) : choice === 1 ? [value] : value
  }
  if (Array.isArray(value)) {
    const list = value.map((item: JsonValue) => addNoise(items, item, pick))
    const [only] = list
    const isOne = list.length === 1 && typeof only === 'number'
    if (isOne && choice > 3) return only
    return choice === 0 ? JSON.stringify(list) : list
  }
  if (value === null || typeof value !== 'object') return value
  const noisy: Record<string, JsonValue> = {}
  for (const [key, part] of Object.entries(properties ?? {})) {
    const isNullable = own(part, 'nullable') === true
    if (Object.hasOwn(value, key)) {
      const name = pick() === 0 ? toCamel(key) : key
      noisy[name] = addNoise(part, own(value, key) as JsonValue, pick) // just seen
    } else if (!required.includes(key) && !isNullable && pick() < 2) noisy[key] = null
  }
  if (rest['additionalProperties'] === false && choice === 5) noisy['zzz9zzz9'] = 'more'
  return choice === 1
    ? JSON.stringify(noisy)
    : choice === 2
      ? JSON.stringify(JSON.stringify(noisy))
      : noisy
}

function toCamel(name: string): string {
  return name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The value with one of its parts, wherever, replaced. */
function replacePart(value: JsonValue, part: JsonValue, place: number): JsonValue {
  if (typeof value !== 'object' || value === null || place % 3 === 0) return part
  const keys = Object.keys(value)
  const at = keys[place % Math.max(1, keys.length)]
  if (at === undefined) return part
  const child = own(value, at) as JsonValue // one of its keys
  const made = replacePart(child, part, Math.floor(place / 3))
  if (Array.isArray(value)) return value.with(Number(at), made)
  return Object.fromEntries([...Object.entries(value), [at, made]])
}

/** Makes repairs, one after the other, and checks that each finds what it says. */
function replay(value: JsonValue, repairs: readonly Repair[]): JsonValue {
  return repairs.reduce((made, repair) => replayOne(made, keysOf(repair.path), repair), value)
}

function replayOne(value: JsonValue, keys: readonly string[], repair: Repair): JsonValue {
  const [key, ...others] = keys
  const { kind, before, after } = repair
  if (key === undefined) {
    expect(value).toEqual(before)
    expect(after).toBeDefined()
    return after ?? null
  }
  expect(own(value, key)).toBeDefined()
  const part = own(value, key) as JsonValue // just seen
  if (Array.isArray(value)) return value.with(Number(key), replayOne(part, others, repair))
  const entries = Object.entries(value as object) as [string, JsonValue][] // it has a key, and is no list
  const isHere = others.length === 0
  if (isHere && (kind === 'omit' || kind === 'extra')) {
    expect(part).toEqual(before)
    expect(after).toBeUndefined()
    return Object.fromEntries(entries.filter(([name]) => name !== key))
  }
  if (isHere && kind === 'rename') expect(before).toBe(key)
  return Object.fromEntries(
    entries.map(([name, child]) => {
      if (name !== key) return [name, child]
      return isHere && kind === 'rename'
        ? [after as string, child] // a rename gives the new name
        : [key, replayOne(part, others, repair)]
    }),
  )
}

/** The keys of a path such as `a.b[0]["c d"]`. */
function keysOf(path: string): readonly string[] {
  return [...path.matchAll(/([\w$-]+)|\[("(?:[^"\\]|\\.)*")\]/g)].map(([, name, quoted]) =>
    quoted === undefined ? String(name) : String(JSON.parse(quoted)),
  )
}
