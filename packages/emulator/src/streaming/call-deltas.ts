import type { JsonValue } from '@drover/core'
import { toCallId, toFlatCalls, toFunctionCalls } from '../dialect.ts'
import { toJsonObject } from '../json-object.ts'
import type { OddCall } from '../odd-reply.ts'
import type { SeededRandom } from './seeded-random.ts'
import { integerFrom } from './seeded-random.ts'
import type { CallStyle } from './stream-variant.ts'

/** What the pieces of calls need beside the calls. */
export interface CallDeltaContext {
  readonly createId: () => string
  readonly random: SeededRandom
  /** Whether an entry of nulls closes each call that comes in pieces. */
  readonly sentinel: boolean
}

/** The lists of `tool_calls`, one for each frame. */
export function toCallDeltas(
  calls: readonly OddCall[],
  style: CallStyle,
  context: CallDeltaContext,
): readonly (readonly JsonValue[])[] {
  if (calls.length === 0) return []
  if (style === 'flat') return [toFlatCalls(calls)]
  if (style === 'flat-each') return toFlatCalls(calls).map((call) => [call])
  if (style === 'whole') return [toFunctionCalls(calls, context.createId)]
  const pieces = calls.map((call, index) =>
    toPieces(call, index, style === 'arguments-first', context),
  )
  const order = style === 'interleaved' ? mix(pieces, context.random) : pieces.flat()
  return order.map((piece) => [piece])
}

function toPieces(
  call: OddCall,
  position: number,
  argumentsFirst: boolean,
  { createId, random, sentinel }: CallDeltaContext,
): readonly JsonValue[] {
  if (call.entry !== undefined) return [call.entry]
  const { index = position, toolName } = call
  const id = toCallId(call, createId)
  const name = toJsonObject({ id, type: 'function', index, function: { name: toolName } })
  const input = 'arguments' in call ? call.arguments : JSON.stringify(call.input)
  const whole = input === undefined ? [] : [input]
  const pieces = typeof input === 'string' ? cutText(input, random) : whole
  const parts = pieces.map((piece): JsonValue => ({ index, function: { arguments: piece } }))
  const end: JsonValue = {
    id: null,
    type: null,
    index,
    function: { name: null, arguments: '' },
  }
  return [...(argumentsFirst ? [...parts, name] : [name, ...parts]), ...(sentinel ? [end] : [])]
}

/** Pieces of 1 to 12 characters. */
function cutText(text: string, random: SeededRandom): readonly string[] {
  const characters = [...text]
  const pieces: string[] = []
  for (let at = 0; at < characters.length;) {
    const length = integerFrom(random, 1, 12)
    pieces.push(characters.slice(at, at + length).join(''))
    at += length
  }
  return pieces
}

/** All lists as one, in random order, but each list in its own order. */
function mix(lists: readonly (readonly JsonValue[])[], random: SeededRandom): readonly JsonValue[] {
  const left = lists.map((list) => list[Symbol.iterator]())
  const mixed: JsonValue[] = []
  while (left.length > 0) {
    const position = integerFrom(random, 0, left.length - 1)
    const next = left[position]?.next()
    if (next?.done === false) mixed.push(next.value)
    else left.splice(position, 1)
  }
  return mixed
}
