import type { OddCall, OddReply } from '../odd-reply.ts'
import type { Misbehaviour, Struck } from './misbehaviour.ts'

/** A misbehaviour of calls: each becomes what `change` makes of it. Strikes replies in which that changes any. */
export function eachCall(
  what: string,
  change: (call: OddCall, struck: Struck, position: number) => OddCall,
): Misbehaviour & Required<Pick<Misbehaviour, 'reply'>> {
  const reply = (said: OddReply, struck: Struck): OddReply | undefined => {
    const { toolCalls = [] } = said
    const changed = toolCalls.map((call, position) => change(call, struck, position))
    const same = changed.every((call, position) => call === toolCalls[position])
    return same ? undefined : { ...said, toolCalls: changed }
  }
  return { what, reply }
}
