import { binding } from '@drover/binding'
import { DroverError } from '@drover/core'
import { createRefundAgent, type Shop } from './refund-agent.ts'

interface Env {
  readonly AI: Ai
}

// A real shop is a database; what is shown here is how the agent in front of it is tested.
const totals: ReadonlyMap<string, number> = new Map([['A-17', 4200]])
const shop: Shop = {
  totalOf: (orderId) => totals.get(orderId),
  refund: (orderId, cents) => console.log(`refunded ${cents} cents for ${orderId}`),
}

export default {
  /** `POST /` with a customer's words gives `{ answer }`. */
  fetch: async (request: Request, env: Env): Promise<Response> => {
    try {
      const agent = createRefundAgent(binding(env.AI), shop)
      const { text } = await agent.run(await request.text(), { signal: request.signal })
      return Response.json({ answer: text })
    } catch (error) {
      if (!DroverError.is(error)) throw error
      const isTheirs = error.code === 'config.input'
      return Response.json({ error: error.code }, { status: isTheirs ? 400 : 502 })
    }
  },
} satisfies ExportedHandler<Env>
