import * as z from 'zod'

/** What a run is to give where an object is wanted. Made once. */
export const OUTPUT = z.object({ verdict: z.string(), score: z.int() })
