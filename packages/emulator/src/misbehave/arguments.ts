import type { JsonValue } from '@drover/core'
import type { JsonObject } from '../json-object.ts'
import { isJsonObject, ownValue } from '../json-object.ts'
import type { OddCall } from '../odd-reply.ts'
import { integerFrom } from '../streaming/seeded-random.ts'
import { eachCall } from './each-call.ts'
import type { Misbehaviour, Misbehaviours, Struck } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'

/** Arguments that are not what the tool's schema says, or not how the dialect writes them. */
export type ArgumentsName =
  | 'numbers-as-text'
  | 'booleans-as-text'
  | 'json-as-text'
  | 'arguments-as-text'
  | 'arguments-as-object'
  | 'arguments-twice-encoded'
  | 'arguments-broken'
  | 'arguments-empty'
  | 'arguments-null'
  | 'arguments-absent'
  | 'arguments-invalid'
  | 'argument-missing'
  | 'argument-extra'
  | 'optionals-empty'
  | 'placeholders'
  | 'nested-call'
  | 'invented-values'
  | 'control-tokens'

export const argumentFaults: Misbehaviours<ArgumentsName> = {
  'numbers-as-text': eachValue('numbers come as text: `"30900"`', (value) =>
    typeof value === 'number' ? String(value) : value,
  ),
  'booleans-as-text': eachValue('booleans come as text: `"true"`', (value, { random }) =>
    typeof value === 'boolean'
      ? oneOf(random, [String(value), value ? 'True' : 'False'] as const)
      : value,
  ),
  'json-as-text': eachValue('lists and objects come as JSON text: `"[\\"a\\"]"`', (value) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  ),
  'arguments-as-text': onWire('arguments are JSON text, in every dialect', (input) =>
    JSON.stringify(input),
  ),
  'arguments-as-object': onWire('arguments are an object, in every dialect', (input) => input),
  'arguments-twice-encoded': onWire('arguments are JSON text of JSON text', (input) =>
    JSON.stringify(JSON.stringify(input)),
  ),
  'arguments-broken': onWire('arguments are the beginning of JSON text', (input, { random }) => {
    const text = JSON.stringify(input)
    return text.slice(0, integerFrom(random, 1, text.length - 1))
  }),
  'arguments-empty': onWire('arguments are `""`', () => ''),
  'arguments-null': onWire('arguments are `null`', () => null),
  'arguments-absent': onWire('calls have no arguments at all', () => undefined),
  'arguments-invalid': eachValue('each argument is an object that no schema allows', (value) => ({
    unexpected: value,
  })),
  'argument-missing': eachInput('the first argument is missing', (input) => {
    const [first] = Object.keys(input)
    return first === undefined
      ? input
      : Object.fromEntries(Object.entries(input).filter(([key]) => key !== first))
  }),
  'argument-extra': eachInput('there is an argument too many', (input) => ({
    ...input,
    unexpected: 'argument',
  })),
  'optionals-empty': eachInput(
    'optional arguments that were not meant are `null`, `""` or `0`',
    (input, { random, request }, toolName) => {
      const absent = optionalsOf(request, toolName).filter((key) => !Object.hasOwn(input, key))
      if (absent.length === 0) return input
      const empty = absent.map((key) => [key, oneOf(random, [null, '', 0] as const)] as const)
      return { ...input, ...Object.fromEntries(empty) }
    },
  ),
  placeholders: eachValue(
    'texts stand for the result of another call: `"get_time response"`',
    (value, { request }, toolName) =>
      typeof value === 'string' ? `${otherTool(request, toolName)} response` : value,
  ),
  'nested-call': eachInput('the first argument is a call of its own', (input, struck, toolName) => {
    const [first] = Object.keys(input)
    const nested = { function_name: otherTool(struck.request, toolName), args: [] }
    return first === undefined ? input : { ...input, [first]: nested }
  }),
  'invented-values': eachValue('values are made up: an id nobody has given', (value, { random }) =>
    typeof value === 'number'
      ? integerFrom(random, 1000, 9999)
      : typeof value === 'string'
        ? `id-${integerFrom(random, 1000, 9999)}`
        : value,
  ),
  'control-tokens': eachValue('texts are a control token: `<|""|`', (value) =>
    typeof value === 'string' ? '<|""|' : value,
  ),
}

type ChangeInput = (input: JsonObject, struck: Struck, toolName: string) => JsonObject
type ChangeValue = (value: JsonValue, struck: Struck, toolName: string) => JsonValue

/** Changes inputs before the dialect writes them, so that leaked calls show it, too. */
function eachInput(what: string, change: ChangeInput): Misbehaviour {
  return eachCall(what, (call, struck): OddCall => {
    const input = change(call.input, struck, call.toolName)
    return JSON.stringify(input) === JSON.stringify(call.input) ? call : { ...call, input }
  })
}

/** Changes each argument; its name stays. */
function eachValue(what: string, change: ChangeValue): Misbehaviour {
  return eachInput(what, (input, struck, toolName) =>
    Object.fromEntries(
      Object.entries(input).map(([key, value]) => [key, change(value, struck, toolName)]),
    ),
  )
}

/** Changes how the dialect writes all arguments of a call. */
function onWire(
  what: string,
  write: (input: JsonObject, struck: Struck) => JsonValue | undefined,
): Misbehaviour {
  return eachCall(what, (call, struck) => ({ ...call, arguments: write(call.input, struck) }))
}

function optionalsOf({ tools }: Struck['request'], toolName: string): readonly string[] {
  const parameters = tools.find(({ name }) => name === toolName)?.parameters ?? {}
  const properties = ownValue(parameters, 'properties')
  const required = ownValue(parameters, 'required')
  const needed = new Set<JsonValue>(Array.isArray(required) ? required : [])
  return isJsonObject(properties) ? Object.keys(properties).filter((key) => !needed.has(key)) : []
}

function otherTool({ tools }: Struck['request'], toolName: string): string {
  return tools.find(({ name }) => name !== toolName)?.name ?? 'list_items'
}
