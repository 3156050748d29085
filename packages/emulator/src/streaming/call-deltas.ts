import type { JsonValue } from '@drover/core'
import { toFlatCalls, toFunctionCalls } from '../dialect.ts'
import type { ModelToolCall } from '../model-source.ts'
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
  calls: readonly ModelToolCall[],
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
  { toolName, input }: ModelToolCall,
  index: number,
  argumentsFirst: boolean,
  { createId, random, sentinel }: CallDeltaContext,
): readonly JsonValue[] {
  const id = `chatcmpl-tool-${createId()}`
  const name: JsonValue = { id, type: 'function', index, function: { name: toolName } }
  const parts = cutText(JSON.stringify(input), random).map((piece): JsonValue => ({
    index,
    function: { arguments: piece },
  }))
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
