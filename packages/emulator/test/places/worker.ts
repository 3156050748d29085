import type { PlaceAi } from './case.ts'
import { runCase } from './cases.ts'

/** The Worker of every place but Node and vitest: runs the case that a request names. */
export default {
  fetch: async (request: Request, env: { readonly AI: PlaceAi }): Promise<Response> => {
    const name = new URL(request.url).searchParams.get('case') ?? ''
    if (name === '') return Response.json({ class: env.AI.constructor.name })
    try {
      return Response.json(await runCase(name, env.AI))
    } catch (error) {
      return Response.json(error instanceof Error ? error.stack : String(error), { status: 500 })
    }
  },
}
