import type { InferenceOutcome } from '../outcome.ts'
import type { FrontName } from '../envelope.ts'
import type { Dialect } from '../model-catalogue.ts'
import type { ModelRequest } from '../model-source.ts'
import type { OddReply } from '../odd-reply.ts'
import type { SeededRandom } from '../streaming/seeded-random.ts'
import type { StreamingOptions } from '../streaming/streaming-options.ts'

/** The request that a misbehaviour strikes. */
export interface Struck {
  readonly front: FrontName
  readonly request: ModelRequest
  readonly dialect: Dialect
  /** The limit that the client set, or the service's own. */
  readonly maxTokens: number
  /** Whether a stream was asked for. */
  readonly streamed: boolean
  readonly random: SeededRandom
  /** Milliseconds since 1970, UTC. */
  readonly now: number
}

/** One way to misbehave: a line on what is seen, and what is done where. `undefined` from a function: nothing to strike. */
export interface Misbehaviour {
  readonly what: string
  /** Answers in the model's place, which is not asked. */
  readonly answer?: (struck: Struck) => InferenceOutcome
  /** What the model says becomes what it says here. */
  readonly reply?: (reply: OddReply, struck: Struck) => OddReply | undefined
  /** How the answer is streamed, where a stream was asked for. */
  readonly streaming?: (struck: Struck) => StreamingOptions
  /** What goes out becomes what goes out here. */
  readonly outcome?: (outcome: InferenceOutcome, struck: Struck) => InferenceOutcome | undefined
}

/** Misbehaviours by name. */
export type Misbehaviours<Name extends string> = Readonly<Record<Name, Misbehaviour>>

/** One of some, by chance. */
export function oneOf<Value>(random: SeededRandom, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}
