import * as z from 'zod'
import * as m from 'zod/mini'
import { z as z3 } from 'zod3'
import { z as z3InZod4 } from 'zod/v3'
import { describe, expectTypeOf, it } from 'vitest'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { StandardSchema } from '../../src/tool/standard-schema.ts'
import { type AnyTool, type Tool, type ToolContext, tool } from '../../src/tool/tool.ts'
import { zod3 } from '../../src/zod3.ts'
import { zodMini } from '../../src/zod-mini.ts'

const about = { name: 'subject', description: 'Does it.' }

interface Trip {
  city: string
  nights: number
  from?: Date | undefined
}

describe('`execute` gets what the schema gives', () => {
  it('zod 4', () => {
    tool({
      ...about,
      input: z.object({ city: z.string(), nights: z.int().default(1), from: z.date().optional() }),
      execute: (input) => expectTypeOf(input).toEqualTypeOf<Trip>(),
    })
  })

  it('zod/mini', () => {
    tool({
      ...about,
      input: zodMini(
        m.object({ city: m.string(), nights: m._default(m.int(), 1), from: m.optional(m.date()) }),
      ),
      execute: (input) => expectTypeOf(input).toEqualTypeOf<Trip>(),
    })
  })

  it('zod 3', () => {
    tool({
      ...about,
      input: zod3(
        z3.object({
          city: z3.string(),
          nights: z3.number().default(1),
          from: z3.date().optional(),
        }),
      ),
      execute: (input) => expectTypeOf(input).toEqualTypeOf<Trip>(),
    })
    tool({
      ...about,
      input: zod3(z3InZod4.object({ city: z3InZod4.string() })),
      execute: (input) => expectTypeOf(input).toEqualTypeOf<{ city: string }>(),
    })
  })

  it('any Standard Schema: the output side', () => {
    const input = null as unknown as StandardSchema<{ n: string }, { n: number }>
    tool({ ...about, input, execute: ({ n }) => expectTypeOf(n).toBeNumber() })
  })

  it('a transform', () => {
    tool({
      ...about,
      input: z.object({ n: z.string().transform(Number) }),
      execute: ({ n }) => expectTypeOf(n).toBeNumber(),
    })
  })

  it('raw JSON Schema: any object', () => {
    const schema: JsonSchema = { type: 'object' }
    tool({
      ...about,
      input: schema,
      execute: (input) => expectTypeOf(input).toEqualTypeOf<Record<string, unknown>>(),
    })
    tool({
      ...about,
      input: { type: 'object', properties: { city: { type: 'string' } } },
      execute: (input) => expectTypeOf(input).toEqualTypeOf<Record<string, unknown>>(),
    })
  })
})

it('a field that the schema lacks does not compile', () => {
  tool({
    ...about,
    input: z.object({ city: z.string() }),
    // @ts-expect-error `town` is not in the schema
    execute: ({ town }) => town,
  })
  tool({
    ...about,
    input: zodMini(m.object({ city: m.string() })),
    // @ts-expect-error `city` is a string
    execute: ({ city }) => city.toFixed(),
  })
  tool({
    ...about,
    input: zod3(z3.object({ city: z3.string() })),
    // @ts-expect-error `town` is not in the schema
    execute: ({ town }) => town,
  })
})

it('an output schema binds what `execute` gives', () => {
  const output = z.object({ celsius: z.number() })
  const input = z.object({})
  tool({ ...about, input, output, execute: () => ({ celsius: 21 }) })
  tool({ ...about, input, output, execute: async () => ({ celsius: 21 }) })
  // @ts-expect-error `celsius` is a number
  tool({ ...about, input, output, execute: () => ({ celsius: 'warm' }) })
})

it('an effect is one of three', () => {
  // @ts-expect-error 'twice' is none of them
  tool({ ...about, input: z.object({}), effect: 'twice', execute: () => 1 })
})

it('the context comes from the annotation of `execute`, and is unknown without one', () => {
  interface Db {
    readonly db: string
  }
  const input = z.object({ city: z.string() })
  const plain = tool({ ...about, input, execute: ({ city }) => city })
  const bound = tool({
    ...about,
    input,
    execute: ({ city }, { context }: ToolContext<Db>) => `${city} in ${context.db}`,
  })
  expectTypeOf(plain).toEqualTypeOf<Tool<{ city: string }>>()
  expectTypeOf(bound).toEqualTypeOf<Tool<{ city: string }, Db>>()

  const forDb: readonly Tool<never, Db>[] = [plain, bound]
  const forAny: readonly AnyTool[] = [plain, bound]
  const forNone: readonly Tool[] = [plain]
  expectTypeOf(forDb.length).toBeNumber()
  expectTypeOf(forAny.length).toBeNumber()
  expectTypeOf(forNone.length).toBeNumber()
  // @ts-expect-error a tool that needs a database is none for a run without one
  const withoutContext: readonly Tool<never, undefined>[] = [bound]
  expectTypeOf(withoutContext.length).toBeNumber()
})
