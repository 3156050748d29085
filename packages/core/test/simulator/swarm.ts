import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { addTotals, noTotals, type Totals } from './totals.ts'

/** Worlds to live. */
export interface SwarmOptions {
  readonly runs: number
  /** Of the first world; the others follow. @default 0 */
  readonly firstSeed?: number
  /** @default one for each core */
  readonly threads?: number
  /** A planted bug, by its name: core is loaded with it. */
  readonly bug?: string
  /** Notes a digest of each world's story. @default false */
  readonly tellDigests?: boolean
  /** Ends with the first world in which something is wrong. @default false */
  readonly untilBad?: boolean
}

/** What a thread is to do. */
export type SwarmPart = Required<
  Pick<SwarmOptions, 'runs' | 'firstSeed' | 'untilBad' | 'tellDigests'>
> &
  Pick<SwarmOptions, 'bug'>

/** A thread takes so many worlds at a time: enough to be worth its start, few enough that none waits long for the other. */
const PART = 12_500

/** What a world leaves behind is young: with more room for it, it is collected less often. */
const YOUNG_MB = 64

/** Lives many worlds on all cores. The totals are the same however many threads there are. */
export async function swarm(options: SwarmOptions): Promise<Totals> {
  const { runs, firstSeed = 0, threads = availableParallelism(), bug } = options
  const { untilBad = false, tellDigests = false } = options
  const parts: SwarmPart[] = []
  for (let from = 0; from < runs; from += PART) {
    const part = { runs: Math.min(PART, runs - from), firstSeed: firstSeed + from }
    parts.push({ ...part, untilBad, tellDigests, ...(bug !== undefined && { bug }) })
  }
  const totals = noTotals()
  const waiting = parts.values()
  const work = async (): Promise<void> => {
    for (const part of waiting) {
      addTotals(totals, await live(part))
      if (untilBad && totals.bad.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, parts.length) }, work))
  return totals
}

/** Threads of their own: a planted bug is in the whole of one, and what one leaves behind dies with it. */
function live(part: SwarmPart): Promise<Totals> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('swarm-thread.ts', import.meta.url), {
      workerData: part,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`A thread of the swarm ended with ${code}.`)))
  })
}
