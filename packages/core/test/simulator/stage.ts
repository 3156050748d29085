import type { Witness } from './witness.ts'
import type { World } from './world.ts'

/** A run in its world: what its tools get as `context`. */
export interface Stage {
  readonly world: World
  readonly run: Witness
}
