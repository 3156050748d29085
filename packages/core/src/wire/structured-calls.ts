import { DroverError } from '../errors.ts'
import { guardJson, own, parseJson } from '../json.ts'
import type { JsonValue } from '../message.ts'

/** A call as it came, before anybody looked at its tool. */
export interface RawCall {
  readonly toolName: string
  /** An object; `{}` where the model sent nothing or something unreadable. */
  readonly input: JsonValue
  /** Why the input could not be read. */
  readonly problem?: string
}

/**
 * The entries of `tool_calls`: flat `{ name, arguments }` or OpenAI-shaped `{ function: { name, arguments } }`. Null and
 * nameless ones occur and are left out.
 */
export function readStructuredCalls(calls: unknown): readonly RawCall[] {
  return Array.isArray(calls) ? calls.flatMap(readCall) : []
}

function readCall(entry: unknown): RawCall[] {
  const holder = own(entry, 'function') ?? entry
  const toolName = own(holder, 'name')
  if (typeof toolName !== 'string' || toolName === '') return []
  const args = own(holder, 'arguments') ?? own(holder, 'parameters')
  return [{ toolName, ...readArguments(args) }]
}

/** An object, JSON text of one, or that text encoded once more. */
function readArguments(args: unknown): Pick<RawCall, 'input' | 'problem'> {
  try {
    let value = args
    for (let round = 0; round < 2 && typeof value === 'string'; round++) {
      value = value.trim() === '' ? null : parseJson(value)
    }
    if (value === undefined || value === null) return { input: {} }
    if (typeof value !== 'object' || Array.isArray(value)) {
      const kind = Array.isArray(value) ? 'a list' : `a ${typeof value}`
      return { input: {}, problem: `Expected the arguments to be a JSON object, got ${kind}.` }
    }
    return { input: guardJson(value) }
  } catch (error) {
    const why = DroverError.is(error) ? error.message : 'It is not complete, valid JSON.'
    return { input: {}, problem: `The arguments could not be read. ${why}` }
  }
}
