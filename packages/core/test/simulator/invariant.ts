import type { WireRequest } from '@drover/core'
import type { Stage } from './stage.ts'
import type { SeenRequest, ToolEntry } from './witness.ts'

export type InvariantId =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I13'
  | 'I14'
  | 'I15'
  | 'I16'
  | 'I17'
  | 'I18'

/** Something that holds in every world. A check gives what is wrong, or nothing. */
export interface Invariant {
  readonly id: InvariantId
  readonly says: string
  /** Before a request is taken in: the run's earlier ones stand in `stage.run.requests`. */
  readonly onRequest?: (stage: Stage, seen: SeenRequest, request: WireRequest) => Finding
  /** Before a tool that is entered is taken in. */
  readonly onEntry?: (stage: Stage, entry: ToolEntry, input: object) => Finding
  /** When the run has ended and nothing is left in the queue. */
  readonly atEnd?: (stage: Stage) => Finding
}

export type Finding = string | false | undefined
