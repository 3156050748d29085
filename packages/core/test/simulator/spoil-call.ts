import type { JsonValue } from '@drover/core'
import type { FaultKind } from './fault-kinds.ts'
import type { Random } from './random.ts'

/** A call as a model writes it. */
export interface WrittenCall {
  readonly toolName: string
  readonly input: JsonValue
}

/** A call with a fault in it. */
export interface SpoiltCall {
  readonly call: WrittenCall
  /** Whether it may still run: then with what was meant, and nothing else. */
  readonly mayRun: boolean
  /** What differs of what was meant. */
  readonly meant?: Fields
}

type Fields = Readonly<Record<string, JsonValue>>

/** Writes a call badly. Without `repair`, what does not fit the schema as it stands must not run. */
export function spoil(
  fault: FaultKind<'call'>,
  { toolName, input }: { readonly toolName: string; readonly input: Fields },
  random: Random,
  repair: boolean,
): SpoiltCall {
  const { amount, ...others } = input
  const with_ = (more: Fields, mayRun: boolean): SpoiltCall => ({
    call: { toolName, input: { ...input, ...more } },
    mayRun,
  })
  switch (fault) {
    case 'number-as-text':
      return with_({ amount: JSON.stringify(amount) }, repair)
    case 'list-as-text':
      return 'tags' in input
        ? with_({ tags: JSON.stringify(input['tags']) }, repair)
        : with_({}, true)
    case 'encoded-input':
      return { call: { toolName, input: JSON.stringify(input) }, mayRun: true }
    case 'extra-field':
      return with_({ colour: 'red' }, true)
    case 'missing-field':
      return { call: { toolName, input: others }, mayRun: false }
    case 'wrong-type':
      return with_({ amount: random.pick(['many', true, { value: 'x' }, [] as JsonValue]) }, false)
    case 'unknown-tool':
      return { call: { toolName: 'fetch_moon', input }, mayRun: false }
    case 'odd-name':
      return {
        call: { toolName: random.pick([toolName.toUpperCase(), `functions.${toolName}`]), input },
        mayRun: true,
      }
    case 'prototype-name':
      return {
        call: { toolName: random.pick(['constructor', '__proto__', 'toString']), input },
        mayRun: false,
      }
    case 'prototype-key': {
      const trick: JsonValue = JSON.parse(
        `{"__proto__": {"amount": 1}, ${JSON.stringify(input).slice(1)}`,
      )
      return { call: { toolName, input: trick }, mayRun: true }
    }
    case 'deep-input':
      return with_({ colour: nested(200) }, true)
    case 'broken-input':
      return { call: { toolName, input: JSON.stringify(input).slice(0, -9) }, mayRun: false }
    case 'surrogate-input':
      return { ...with_({ note: 'half \ud800' }, true), meant: { note: 'half \ud800' } }
  }
}

function nested(depth: number): JsonValue {
  let value: JsonValue = 'deep'
  for (let level = 0; level < depth; level++) value = [value]
  return value
}
