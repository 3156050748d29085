import { isRunEvent, type RunEvent, type RunStream } from '@drover/core'
import type { FaultKind } from './fault-kinds.ts'
import type { Stage } from './stage.ts'

/** Reads a stream in the way of one reader or another, and once more from its beginning when it is over. */
export async function readAll(
  stage: Stage,
  stream: RunStream,
  fault: FaultKind<'user'> | undefined,
): Promise<void> {
  const { run, world } = stage
  const { random, clock, faults } = world
  if (fault === 'reads-slowly' || fault === 'leaves-stream') faults.hit(fault)
  let left = fault === 'leaves-stream' ? random.int(1, 30) : Infinity
  try {
    if (fault === 'reads-nothing') {
      faults.hit(fault)
      await stream.result
    } else {
      for await (const event of stream) {
        run.shown.push(event)
        world.point(run)
        if (
          --left <= 0 &&
          event.type !== 'run-end' &&
          run.settledAt === undefined &&
          run.aborted === undefined
        ) {
          run.aborted = { at: clock.now() }
          break
        }
        if (fault === 'reads-slowly' && random.chance(0.3)) {
          await new Promise<void>((resolve) => clock.after(random.pick([1, 500, 20_000]), resolve))
        }
      }
    }
  } finally {
    await stream.result.catch(() => {})
    const again: RunEvent[] = []
    try {
      for await (const { event } of stream.entries()) if (isRunEvent(event)) again.push(event)
    } catch {
      // It throws what the run threw; that is seen elsewhere.
    }
    run.events = [...run.events, ...again]
    // Who left, or did not look, saw less than there was.
    if (left <= 0 || fault === 'reads-nothing') {
      run.isBlind = true
      run.shown.push(...unseen(run.shown, again))
    }
  }
}

function unseen(shown: readonly object[], all: readonly RunEvent[]): readonly RunEvent[] {
  const seen = new Set(shown)
  return all.filter((event) => !seen.has(event))
}
