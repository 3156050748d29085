import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { plantBug } from './plant-bug.ts'
import type { SwarmPart } from './swarm.ts'
import { addWorld, noTotals } from './totals.ts'

// What a thread of the swarm runs: its part of the worlds, one after the other.
const part: SwarmPart = workerData
if (part.bug !== undefined) plantBug(part.bug)
// Core is loaded only now, with the bug in it.
const { runWorld } = await import('./run-world.ts')
const totals = noTotals()
for (let seed = part.firstSeed; seed < part.firstSeed + part.runs; seed++) {
  const world = await runWorld(seed)
  addWorld(totals, world)
  if (part.tellDigests) {
    totals.digests[seed] = createHash('sha256').update(world.story()).digest('hex')
  }
  if (part.untilBad && totals.bad.length > 0) break
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is of windows; this is a thread's port
parentPort?.postMessage(totals)
