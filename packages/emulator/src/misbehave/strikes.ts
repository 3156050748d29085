import type { Runtime } from '@drover/core'
import type { InferenceOutcome } from '../outcome.ts'
import type { OddReply } from '../odd-reply.ts'
import type { SeededRandom } from '../streaming/seeded-random.ts'
import { createSeededRandom } from '../streaming/seeded-random.ts'
import type { StreamingOptions } from '../streaming/streaming-options.ts'
import type { MisbehaveOptions } from './misbehave-options.ts'
import type { Misbehaviour, Struck } from './misbehaviour.ts'
import type { MisbehaviourName } from './misbehaviours.ts'
import { misbehaviourByName } from './misbehaviours.ts'

/** What may go wrong with one request, in the order in which it does. */
export interface Strikes {
  /** Of all that is chosen by chance for this request. */
  readonly random: SeededRandom
  /** Whether anything may strike. */
  readonly any: () => boolean
  /** What has really struck so far. */
  readonly names: () => readonly string[]
  /** Adds what a reply brings along. */
  readonly add: (names: readonly MisbehaviourName[]) => void
  /** The answer in the model's place, where there is to be one. */
  readonly answer: (struck: Struck) => InferenceOutcome | undefined
  readonly reply: (reply: OddReply, struck: Struck) => OddReply
  readonly streaming: (struck: Struck) => StreamingOptions
  readonly outcome: (outcome: InferenceOutcome, struck: Struck) => InferenceOutcome
}

/** Begins a request; `more` is what this request alone asks for. */
export type BeginStrikes = (more: MisbehaveOptions) => Strikes

const SEEDS = 0x1_0000_0000

// Beside those of streams, which count from 0.
const FIRST_PURPOSE = 16

/** Chooses, request by request, what goes wrong. */
export function createStrikes(options: MisbehaveOptions, runtime: Runtime): BeginStrikes {
  const seed = options.seed ?? Math.floor(runtime.random() * SEEDS)
  const spent = new Set<string>()
  let requests = 0
  return (more) => {
    const random = createSeededRandom(more.seed ?? seed, FIRST_PURPOSE + requests++)
    const once = new Set<string>()
    const chosen = new Set<string>()
    for (const [name, rate] of Object.entries({ ...options, ...more })) {
      if (name === 'seed') continue
      if (rate === 'once') once.add(name)
      // A number is drawn for each rate, so that what one name does never depends on another's luck.
      if (typeof rate !== 'number' || random() < rate) chosen.add(name)
    }
    return toStrikes(chosen, random, (name) => {
      if (!once.has(name)) return true
      const first = !spent.has(name)
      spent.add(name)
      return first
    })
  }
}

function toStrikes(
  chosen: Set<string>,
  random: SeededRandom,
  mayStrike: (name: string) => boolean,
): Strikes {
  const struck = new Set<string>()

  /** Does one kind of thing with each that was chosen; gives the last that it came to. */
  const each = <Value>(
    start: Value,
    act: (misbehaviour: Misbehaviour, value: Value) => Value | undefined,
  ): Value => {
    let value = start
    for (const [name, misbehaviour] of misbehaviourByName) {
      if (!chosen.has(name)) continue
      const next = act(misbehaviour, value)
      if (next === undefined || !(struck.has(name) || mayStrike(name))) continue
      struck.add(name)
      value = next
    }
    return value
  }

  return {
    random,
    any: () => chosen.size > 0,
    names: () => [...struck],
    add: (names) => {
      for (const name of names) chosen.add(name)
    },
    answer: (context) =>
      each<InferenceOutcome | undefined>(undefined, ({ answer }, answered) =>
        answered === undefined ? answer?.(context) : undefined,
      ),
    reply: (reply, context) => each(reply, (found, said) => found.reply?.(said, context)),
    streaming: (context) =>
      each<StreamingOptions>({}, ({ streaming }, options) => {
        const more = context.streamed ? streaming?.(context) : undefined
        return more && Object.keys(more).length > 0 ? { ...options, ...more } : undefined
      }),
    outcome: (outcome, context) =>
      each(outcome, (found, current) => found.outcome?.(current, context)),
  }
}
