import type { JsonValue } from '@drover/core'
import type { ModelToolCall, SpokenReply } from './model-source.ts'

/** What of an answer's wire is not as the model's dialect has it. A field that is there but `undefined` is left out. */
export interface Oddities {
  /** Stands where the text would. */
  readonly response?: JsonValue | undefined
  /** What the model thought, in a field of its own. */
  readonly reasoning?: string
  readonly usage?: JsonValue | undefined
  /** Why it ended, true or not; also where the dialect says nothing about that. */
  readonly finish?: string
  /** Whether a list of no calls is left out. */
  readonly withoutEmptyCalls?: true
}

/** A call that is not as the dialect has it. A field that is there but `undefined` is left out. */
export interface OddCall extends ModelToolCall {
  readonly id?: JsonValue | undefined
  readonly arguments?: JsonValue | undefined
  /** Its number, in a stream. */
  readonly index?: number
  /** Stands in the call's place, whatever else is said here. */
  readonly entry?: JsonValue
}

/** What a misbehaving model says. */
export interface OddReply extends Oddities, Pick<SpokenReply, 'text' | 'measured' | 'streaming'> {
  readonly toolCalls?: readonly OddCall[]
  /** Cuts it here, but is counted as all that the client allowed. */
  readonly cutAt?: number
  /** Spares it the limit. */
  readonly uncut?: true
  /** Counts it as all that the client allowed, however long it is. */
  readonly spent?: true
}
