import { createAgent, runTools, tool, type Backend, type ToolContext } from '@drover/core'
import { it } from 'vitest'
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
