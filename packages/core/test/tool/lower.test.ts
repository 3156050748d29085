import { Cabidela } from '@cloudflare/cabidela'
import { seedInputSchema, seedToolSchemas } from '@drover/emulator'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/json-schema.ts'
import { toFlatTool, toFunctionTool, toolText } from '../../src/tool/format.ts'
import type { ToolInput } from '../../src/tool/schema.ts'
import { type Tool, tool } from '../../src/tool/tool.ts'
import { valuesOf } from './schema-values.ts'
import { shapeCases } from './shapes.ts'

const RUNS = { numRuns: 40 }

const drafts = [
  new Ajv({ strict: false, logger: false }),
  new Ajv2020({ strict: false, logger: false }),
]
for (const ajv of drafts) addFormats.default(ajv)

function define(input: ToolInput): Tool {
  return tool({ name: 'subject', description: 'Does it.', input, execute: () => 'done' })
}

const rows = shapeCases.flatMap((shape) =>
  [...shape.inputs].map(([flavour, input]) => ({ ...shape, flavour, input })),
)

it('covers at least 45 shapes', () => {
  expect(shapeCases.length).toBeGreaterThanOrEqual(45)
})

describe.each(rows)('$name in $flavour', ({ input, values, isMixed }) => {
  const subject = define(input)
  const accepts = drafts.map((ajv) => ajv.compile(subject.parameters))

  it('is accepted by the schemas of the model pages in both formats', () => {
    for (const [format, entry] of [
      ['flat', toFlatTool(subject)],
      ['function', toFunctionTool(subject)],
    ] as const) {
      const branch = seedToolSchemas[format]
      expect(new Ajv({ strict: false, logger: false }).validate(branch, entry)).toBe(true)
      // Cabidela takes an empty `properties` for a missing one, but only where it is asked about the branch alone.
      const isEmpty = Object.keys(subject.parameters.properties).length === 0
      const [schema, payload] = isEmpty
        ? [seedInputSchema, { messages: [], tools: [entry] }]
        : [branch, entry]
      expect(() => new Cabidela(schema).validate(payload)).not.toThrow()
    }
  })

  it('describes every property at every depth', () => {
    for (const property of propertiesWithin(subject.parameters)) {
      expect(property).toMatchObject({
        type: expect.any(String),
        description: expect.stringMatching(/\S/),
      })
    }
  })

  it('accepts what the schema takes, and reads it back', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const sent = isMixed ? asTexts(toJson(value)) : toJson(value)
        for (const accept of accepts) expect(accept(sent), JSON.stringify(accept.errors)).toBe(true)
        const [taken, expected] = [await subject.parseInput(sent), await expectedOf(input, value)]
        expect(taken).toEqual({ ok: true, value: expected })
      }),
      RUNS,
    )
  })

  it('is the same text every time, without anything but plain keywords', () => {
    const text = toolText(subject, 'flat')
    expect(toolText(define(input), 'flat')).toBe(text)
    expect(JSON.parse(text)).toEqual(toFlatTool(subject))
    expect(text).not.toMatch(
      /"(\$ref|\$defs|\$schema|\$id|definitions|prefixItems|x-drover|x-note)"/,
    )
    expect(isFrozen(subject.parameters)).toBe(true)
  })
})

describe.each(rows.filter((row) => row.isMixed))('$name in $flavour', ({ input, values }) => {
  it('takes values of several types as they are, too', async () => {
    const subject = define(input)
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await subject.parseInput(toJson(value))).toEqual({
          ok: true,
          value: await expectedOf(input, value),
        })
      }),
      RUNS,
    )
  })
})

const exactRows = rows.filter((row) => row.isExact && !row.isMixed)

describe.each(exactRows)('$name in $flavour', ({ input }) => {
  it('takes whatever the lowered schema accepts', async () => {
    const subject = define(input)
    const accepts = drafts.map((ajv) => ajv.compile(subject.parameters))
    await fc.assert(
      fc.asyncProperty(valuesOf(subject.parameters), async (sent) => {
        for (const accept of accepts) expect(accept(sent), JSON.stringify(accept.errors)).toBe(true)
        expect(await subject.parseInput(sent)).toMatchObject({ ok: true })
      }),
      RUNS,
    )
  })
})

/** What the schema itself makes of a value. */
async function expectedOf(input: ToolInput, value: unknown): Promise<unknown> {
  if (!('~standard' in input)) return value
  const standard = (input as Extract<ToolInput, { '~standard': { validate: unknown } }>)[
    '~standard'
  ]
  const result = await standard.validate(value)
  if (result.issues !== undefined)
    throw new Error(`the case is wrong: ${JSON.stringify(result.issues)}`)
  return result.value
}

/** As JSON carries it: Dates as text, bigints as numbers. */
function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)),
  )
}

/** As the lowered schema of a property of several types asks: anything but text as JSON text. */
function asTexts(input: unknown): unknown {
  return Object.fromEntries(
    Object.entries(Object(input)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

function propertiesWithin(schema: JsonSchema): readonly unknown[] {
  const own: readonly unknown[] = Object.values(schema.properties ?? {})
  const parts = [
    ...own,
    schema.items,
    schema['additionalProperties'],
    ...[schema['anyOf'] ?? []].flat(),
  ]
  return [
    ...own,
    ...parts.flatMap((part) =>
      typeof part === 'object' && part !== null ? propertiesWithin(part as JsonSchema) : [],
    ),
  ]
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozen)
}
