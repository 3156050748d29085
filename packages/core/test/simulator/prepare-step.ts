import type { StepChanges, StepInfo } from '@drover/core'
import type { Stage } from './stage.ts'
import { TOOL_NAMES } from './tools.ts'

/** Changes a step before it is taken, in one way or another, at once or later. */
export function prepareStep({
  context,
  messages,
}: StepInfo<Stage>): StepChanges | undefined | Promise<StepChanges | undefined> {
  const { world, run } = context
  const { random, clock } = world
  world.point(run)
  const changes = random.pick([
    undefined,
    { temperature: 0 },
    { instructions: 'Answer briefly.' },
    { activeTools: TOOL_NAMES.filter(() => random.chance(0.5)) },
    { messages },
    { toolChoice: 'none' as const },
  ])
  if (random.chance(0.7)) return changes
  return new Promise((resolve) => clock.after(random.pick([0, 20]), () => resolve(changes)))
}
