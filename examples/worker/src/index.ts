import { binding } from '@drover/binding'
import { createAgent, DroverError, tool } from '@drover/core'
import { toUIMessageStreamResponse } from '@drover/core/response'
import { zodMini } from '@drover/core/zod-mini'
import * as z from 'zod/mini'

interface Env {
  readonly AI: Ai
}

const DAY_MS = 86_400_000

const day = z.iso.date().check(z.describe('A day as YYYY-MM-DD'))

const countDays = tool({
  name: 'count_days',
  description: 'Counts the days between two dates.',
  input: zodMini(z.object({ startDate: day, endDate: day })),
  effect: 'read',
  execute: ({ startDate, endDate }) => ({
    days: (Date.parse(endDate) - Date.parse(startDate)) / DAY_MS,
  }),
})

export default {
  /** `GET /?question=…` gives `{ answer, steps }`; `GET /stream?question=…` the answer while it is written. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const question = searchParams.get('question') ?? ''
    const agent = createAgent({
      backend: binding(env.AI),
      model: '@cf/meta/llama-3.1-8b-instruct-fast',
      instructions: `Today is ${new Date().toISOString().slice(0, 10)}. Count days with the tool. Answer in one sentence.`,
      tools: [countDays],
    })
    try {
      // Whoever leaves the stream ends the run.
      if (pathname === '/stream') return toUIMessageStreamResponse(agent.stream(question))
      const { text, steps } = await agent.run(question, { signal: request.signal })
      return Response.json({ answer: text, steps: steps.length })
    } catch (error) {
      if (!DroverError.is(error)) throw error
      const isTheirs = error.code === 'config.input'
      return Response.json({ error: error.code }, { status: isTheirs ? 400 : 502 })
    }
  },
} satisfies ExportedHandler<Env>
