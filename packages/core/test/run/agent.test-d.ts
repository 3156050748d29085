import {
  createAgent,
  generate,
  runTools,
  tool,
  type Agent,
  type Backend,
  type RunResult,
  type ToolContext,
} from '@drover/core'
import { expectTypeOf, it } from 'vitest'
import * as z from 'zod'

interface Db {
  readonly db: string
}

declare const backend: Backend
const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const about = { name: 'get_city', description: 'A city', input: z.object({}) }
const plain = tool({ ...about, execute: () => 1 })
const bound = tool({ ...about, execute: (_, { context }: ToolContext<Db>) => context.db })
const other = tool({
  ...about,
  execute: (_, { context }: ToolContext<{ user: number }>) => context.user,
})

it('a run of tools that need a context does not compile without it', () => {
  const agent = createAgent({ backend, model, tools: [plain, bound] })
  void agent.run('Hi', { context: { db: 'main' } })
  // @ts-expect-error `context` is missing
  void agent.run('Hi')
  // @ts-expect-error `context` is missing
  void agent.stream('Hi', {})
  void runTools({ backend, model, tools: [plain, bound], messages: 'Hi', context: { db: 'main' } })
  // @ts-expect-error `context` is missing
  void runTools({ backend, model, tools: [plain, bound], messages: 'Hi' })
  // @ts-expect-error `db` is a string
  void runTools({ backend, model, tools: [bound], messages: 'Hi', context: { db: 1 } })
})

it('a run of tools that need none compiles without a context, and with any', () => {
  void createAgent({ backend, model, tools: [plain] }).run('Hi')
  void createAgent({ backend, model }).run('Hi', {})
  void runTools({ backend, model, tools: [plain], messages: 'Hi' })
  void runTools({ backend, model, messages: 'Hi' })
  void runTools({ backend, model, tools: [plain], messages: 'Hi', context: 5 })
})

it('tools of several contexts need all of them', () => {
  const agent = createAgent<Db & { user: number }>({ backend, model, tools: [bound, other] })
  void agent.run('Hi', { context: { db: 'main', user: 1 } })
  // @ts-expect-error `user` is missing
  void agent.run('Hi', { context: { db: 'main' } })
})

const Report = z.object({ city: z.string(), on: z.string().transform((text) => new Date(text)) })
interface Made {
  city: string
  on: Date
}

it('the output is what the schema makes, never undefined', async () => {
  const agent = createAgent({ backend, model, tools: [plain], output: Report })
  expectTypeOf((await agent.run('Hi')).output).toEqualTypeOf<Made>()
  expectTypeOf((await agent.stream('Hi').result).output).toEqualTypeOf<Made>()
  const done = await runTools({ backend, model, messages: 'Hi', output: Report })
  expectTypeOf(done.output).toEqualTypeOf<Made>()
  const made = await generate({ backend, model, messages: 'Hi', output: Report })
  expectTypeOf(made.output).toEqualTypeOf<Made>()
})

it('without a schema there is no output, and a raw schema makes some object', async () => {
  const agent = createAgent({ backend, model })
  expectTypeOf((await agent.run('Hi')).output).toEqualTypeOf<undefined>()
  const made = await generate({ backend, model, messages: 'Hi' })
  expectTypeOf(made.output).toEqualTypeOf<undefined>()
  const raw = createAgent({ backend, model, output: { type: 'object', properties: {} } })
  expectTypeOf((await raw.run('Hi')).output).toEqualTypeOf<Record<string, unknown>>()
})

it('an agent with an output is an agent, and its result a result', async () => {
  const agent = createAgent({ backend, model, output: Report })
  expectTypeOf(agent).toExtend<Agent>()
  expectTypeOf(await agent.run('Hi')).toExtend<RunResult>()
})

it('an output and a context go together', async () => {
  const agent = createAgent({ backend, model, tools: [bound], output: Report })
  expectTypeOf((await agent.run('Hi', { context: { db: 'main' } })).output).toEqualTypeOf<Made>()
  // @ts-expect-error `context` is missing
  void agent.run('Hi')
})

it('`prepareStep` gets the context and may change what a step has', () => {
  void createAgent<Db>({
    backend,
    model,
    tools: [bound],
    prepareStep: ({ context, step }) => {
      expectTypeOf(context).toEqualTypeOf<Db>()
      return step > 1
        ? { activeTools: ['get_city'], toolChoice: 'none', temperature: 0 }
        : undefined
    },
  })
  // @ts-expect-error `any` is no choice
  void createAgent({ backend, model, prepareStep: () => ({ toolChoice: 'any' }) })
  // @ts-expect-error tools are given once, to the agent
  void createAgent({ backend, model, prepareStep: () => ({ activeTools: [plain] }) })
})
